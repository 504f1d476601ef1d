"""Durable reports a second: 32 clients of the server beside a C program that stores the same rows.

`make bench-writes` runs it. The C program (`commits.c`) puts 32 rows into one transaction without a
server around them; rounds are interleaved and the medians compared.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))
import faults  # noqa: E402
from harness import ADMIN_TOKEN, Server, succeed  # noqa: E402
from storm import Storm  # noqa: E402

ROUNDS = int(sys.argv[1]) if sys.argv[1:] else 5
SECONDS = 3
SCRIPT = f"""
wrk.method = "POST"
wrk.body = '{{"text": "exec format error"}}'
wrk.headers["Authorization"] = "Bearer {ADMIN_TOKEN}"
wrk.headers["Content-Type"] = "application/json"
"""


def processor(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def clients(server: Server, script: Path, count: int) -> float:
    """Reports a second, by wrk."""
    command = ["wrk", "-t1", f"-c{count}", f"-d{SECONDS}s", "-s", script]
    done = subprocess.run(
        [*command, f"{server.url}/api/v1/reports"], capture_output=True, text=True, check=True
    )
    if "Non-2xx" in done.stdout:
        sys.exit(done.stdout)
    [line] = [line for line in done.stdout.splitlines() if "Requests/sec" in line]
    return float(line.split()[1])


def bare(program: Path, database: Path, rows: int) -> float:
    return float(subprocess.check_output([program, database, str(SECONDS), str(rows)]))


def unslowed(folder: Path) -> None:
    program, script = folder / "commits", folder / "report.lua"
    source = Path(__file__).with_name("commits.c")
    subprocess.run(["cc", "-O2", "-o", program, source, "-lsqlite3"], check=True)
    script.write_text(SCRIPT)
    figures: dict[str, list[float]] = {}
    with Server(folder / "server.db") as server:
        succeed("backup", "--db", server.database, folder / "bare.db")
        clients(server, script, 32)
        for _ in range(ROUNDS):
            for rows in (1, 32):
                rate = bare(program, folder / "bare.db", rows)
                figures.setdefault(f"bare C, {rows} rows a commit", []).append(rate)
                before = processor(server.process.pid)
                rate = clients(server, script, rows)
                figures.setdefault(f"server, {rows} clients", []).append(rate)
                spent = (processor(server.process.pid) - before) / rate / SECONDS * 1e6
                figures.setdefault(f"processor time, {rows} clients, µs each", []).append(spent)
    for name, values in figures.items():
        print(f"{name:40}{statistics.median(values):9.0f}  ({min(values):.0f}–{max(values):.0f})")
    for rows in (1, 32):
        pairs = zip(figures[f"server, {rows} clients"], figures[f"bare C, {rows} rows a commit"])
        print(f"ratio at {rows}: {statistics.median(mine / bare for mine, bare in pairs):.2f}")


def slowed(folder: Path) -> None:
    database = folder / "slow.db"
    trouble = faults.Faults(faults.build(folder), folder / "control", database)
    with Server(database, env=trouble.env) as server:
        trouble.set(sync_microseconds=5_000)
        alone = Storm(server, clients=1, name="alone").run(SECONDS)
        together = Storm(server, clients=32, name="together").run(SECONDS)
    print(
        f"flush of 5 ms: one client {alone.rate:.0f}/s, 32 clients {together.rate:.0f}/s, "
        f"{together.rate / alone.rate:.1f} times"
    )


with tempfile.TemporaryDirectory(prefix="fixbook-bench-") as name:
    slowed(Path(name))
    unslowed(Path(name))
