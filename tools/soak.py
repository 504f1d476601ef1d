"""Keeps a server busy for a while (60 s, or the number given) and watches what it holds on to.

Fails when an answer is an error, or when memory or descriptors grow. `make soak` runs it.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))
from harness import BROWSER_ACCEPT, Server  # noqa: E402

CLIENTS = 8
KNOWN = "exec /app/run.sh: exec format error\n"


class Tally:
    def __init__(self):
        self.lock = threading.Lock()
        self.answers = 0
        self.errors: list[str] = []

    def count(self, response, expected: int = 200) -> None:
        with self.lock:
            self.answers += 1
            if response.status_code != expected:
                self.errors.append(f"{response.request.url}: {response.status_code}")


def work(server: Server, until: float, tally: Tally) -> None:
    """One client. A connection that breaks ends it, and counts as an error."""
    try:
        visit(server, until, tally)
    except Exception as error:
        with tally.lock:
            tally.errors.append(repr(error))


def visit(server: Server, until: float, tally: Tally) -> None:
    fix = server.issue("exec-format-error")["fixes"][0]["id"]
    while time.monotonic() < until:
        with server.new_client() as client:
            for path in ("/", "/issues/exec-format-error", "/search?q=exec", "/recent"):
                tally.count(client.get(path, headers={"Accept": BROWSER_ACCEPT}))
            tally.count(client.get("/no/such/page"), expected=404)
            answer = client.post("/api/v1/diagnose", content=KNOWN * 20)
            tally.count(answer)
            path = f"/api/v1/diagnoses/{answer.json()['id']}/outcomes"
            tally.count(server.post(path, json={"fix": fix, "result": "worked"}), expected=201)


def held(process: int) -> tuple[float, int]:
    """Resident memory in MiB, and open descriptors."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return memory, len(os.listdir(f"/proc/{process}/fd"))


def main() -> None:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60
    with (
        tempfile.TemporaryDirectory(prefix="fixbook-soak-") as folder,
        Server(Path(folder) / "soak.db") as server,
    ):
        tally = Tally()
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=work, args=(server, until, tally)) for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 4)  # caches are warm, every thread has worked
        memory, descriptors = held(server.process.pid)
        for thread in threads:
            thread.join()
        time.sleep(1)
        memory_now, descriptors_now = held(server.process.pid)
    print(f"{tally.answers} answers, {len(tally.errors)} wrong")
    print(f"memory {memory:.0f} MiB, at the end {memory_now:.0f} MiB")
    print(f"descriptors {descriptors}, at the end {descriptors_now}")
    for error in sorted(set(tally.errors))[:10]:
        print(error)
    if tally.errors or memory_now > 1.25 * memory + 8 or descriptors_now > descriptors + CLIENTS:
        sys.exit("The soak found something.")


main()
