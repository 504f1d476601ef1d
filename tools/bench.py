"""Times what people and scripts ask for, one client after another's answer. `make bench` runs it.

With a number it fills a database with that many generated issues first; without, the shipped
guides are asked.
"""

import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/EndToEnd"))
from harness import ADMIN_TOKEN, Server, succeed  # noqa: E402

ROUNDS = 500
LOG = "".join(f"2024-05-03T10:00:{n:02}Z INFO request {n} done\n" for n in range(39))
LOG += "2024-05-03T10:01:00Z ERROR exec /app/run.sh: exec format error\n"
JSON = {"Accept": "application/json"}
WRITE = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}


def requests(issue: str) -> dict[str, tuple]:
    return {
        "issue, HTML": ("GET", issue, None, {"Accept": "text/html"}),
        "issue, JSON": ("GET", issue, None, JSON),
        "search": ("GET", "/search?q=exec+format+error", None, JSON),
        "diagnosis, one line": ("POST", "/diagnose", "exec /app/run.sh: exec format error", JSON),
        "diagnosis, 40 lines": ("POST", "/diagnose", LOG, JSON),
        "report, durable": ("POST", "/api/v1/reports", '{"text": "exec format error"}', WRITE),
    }


def milliseconds(connection: http.client.HTTPConnection, request: tuple) -> float:
    method, path, body, headers = request
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    taken = (time.perf_counter() - begun) * 1000
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status}")
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fixbook-bench-") as folder:
        database = Path(folder) / "bench.db"
        if sys.argv[1:]:
            succeed("bench", "--generate", sys.argv[1], "--db", database, timeout=3600)
        with Server(database) as server:
            [issue] = server.json("/api/v1/issues?limit=1")["results"]
            connection = http.client.HTTPConnection(server.authority)
            print(f"{'milliseconds':22}{'p50':>9}{'p99':>9}")
            for name, request in requests(f"/issues/{issue['slug']}").items():
                times = [milliseconds(connection, request) for _ in range(ROUNDS)]
                p99 = statistics.quantiles(times, n=100)[98]
                print(f"{name:22}{statistics.median(times):9.2f}{p99:9.2f}")
            connection.close()


main()
