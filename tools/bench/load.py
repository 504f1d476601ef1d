"""Load by wrk, and what a process costs while it is under load."""

import os
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @property
    def encoded(self) -> str:
        lines = "".join(f"{name}: {value}\n" for name, value in self.headers)
        return f"{self.method}\x1e{self.target}\x1e{self.body}\x1e{lines}\x1e\x1d"


@dataclass(frozen=True)
class Run:
    """One measurement: answers per second, milliseconds, CPU microseconds per answer."""

    rate: float
    p50: float
    p99: float
    cpu: float


def processor_time(pid: int) -> float:
    """CPU seconds of a process and of its children."""
    total = 0.0
    for process in [pid, *children(pid)]:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def memory(pid: int) -> dict[str, float]:
    """Resident megabytes: now, at most, and of what is the process's alone."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = dict(re.findall(r"^(VmRSS|VmHWM|RssAnon):\s+(\d+) kB", status, re.MULTILINE))
    return {name: int(value) / 1024 for name, value in found.items()}


def run(
    url: str, requests: list[Request], pid: int, connections: int, seconds: float, scratch: Path
) -> Run:
    """Asks with that many connections from two threads, on whatever cores the server has."""
    (scratch / "requests").write_text("".join(request.encoded for request in requests))
    before = processor_time(pid)
    done = subprocess.run(
        ["wrk", "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", HERE / "wrk.lua", url],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        env={"PATH": os.environ["PATH"], "REQUESTS": str(scratch / "requests")},
    )
    cpu = processor_time(pid) - before
    result = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if not result:
        sys.exit(f"wrk {url}: {done.stdout}{done.stderr}")
    answers, duration, p50, p99, broken, refused = map(int, result.groups())
    if broken or refused or not answers:
        sys.exit(f"{url}: {broken} connections broke, {refused} answers were errors, of {answers}")
    return Run(answers * 1e6 / duration, p50 / 1000, p99 / 1000, cpu * 1e6 / answers)


def middle(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(one, name) for one in runs) for name in Run.__annotations__))
