"""Measures Fixbook beside nginx and bare SQLite, in one run on this machine.

`make bench` runs it; docs/performance.md says what the figures mean. Rates depend on the
machine and on what else it does; ratios are taken within one round, and rounds take turns.
"""

import argparse
import contextlib
import os
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from attacks import ATTACKS, OF_CONNECTIONS, Address, under  # noqa: E402
from load import Request, Run, memory, middle, run  # noqa: E402
from subjects import TOKEN, Bare, Fixbook, Nginx, command  # noqa: E402

JSON = (("Accept", "application/json"),)
HTML = (("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),)
WRITE = (("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json"))
LOG = "".join(f"2024-05-03T10:00:{n:02}Z INFO request {n} done\n" for n in range(39))
ROWS = 32
# What well-behaved clients ask for while others attack, and how many of them at once.
PAGE = [Request("/issues/exec-format-error", headers=HTML)]
BUSY = 32


class Bench:
    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options = options
        self.folder = folder
        self.rounds = 1 if options.quick else options.rounds
        self.seconds = 1 if options.quick else options.seconds
        self.connections = options.connections
        self.database = folder / "bench.db"
        with Fixbook(self.database):
            pass  # The first start loads the shipped guides.
        if options.issues:
            command("bench", "--generate", str(options.issues), "--db", self.database)

    def copy(self, name: str) -> Path:
        target = self.folder / name
        command("backup", "--db", self.database, target)
        return target

    def load(self, server, requests: list[Request], connections: int) -> Run:
        return run(server.url, requests, server.pid, connections, self.seconds, self.folder)

    # Pages: the same bytes from nginx.

    def pages(self) -> None:
        with contextlib.ExitStack() as stack:
            cached = stack.enter_context(Fixbook(self.copy("cached.db")))
            plain = stack.enter_context(Fixbook(self.copy("plain.db"), FIXBOOK_CACHE="0"))
            resident = memory(cached.pid)
            slug = "exec-format-error"
            style = cached.get(Request("/", headers=HTML)).content.decode()
            asset = style.partition('rel="stylesheet" href="')[2].partition('"')[0]
            requests = {
                "constant": Request("/healthz"),
                "issue, HTML": Request(f"/issues/{slug}", headers=HTML),
                "issue, JSON": Request(f"/api/v1/issues/{slug}", headers=JSON),
                "asset": Request(asset),
            }
            answers = {str(index): cached.get(one) for index, one in enumerate(requests.values())}
            nginx = stack.enter_context(Nginx(self.folder, answers))
            title("Pages, beside nginx serving the same bytes and fields from files")
            print(f"{'':14}{'bytes':>7}{'conns':>6}{'nginx/s':>9}{'fixbook':>9}{'ratio':>7}"
                  f"{'no cache':>9}{'ratio':>7}   {'p50 ms':^17} {'p99 ms':^17}   {'CPU µs':^14}")
            for index, (name, request) in enumerate(requests.items()):
                own = Request(f"/{index}", headers=request.headers)
                for connections in self.connections:
                    self.page(name, len(answers[str(index)].content), connections,
                              [(nginx, own), (cached, request), (plain, request)])
            title("Memory")
            print(f"resident after start {resident['VmRSS']:.0f} MB (its own {resident['RssAnon']:.0f}); "
                  f"at most, under {max(self.connections)} connections: "
                  f"{memory(cached.pid)['VmHWM']:.0f} MB with the cache, "
                  f"{memory(plain.pid)['VmHWM']:.0f} MB without")

    def page(self, name: str, size: int, connections: int, subjects: list) -> None:
        runs: list[list[Run]] = [[] for _ in subjects]
        for turn in range(self.rounds):
            for index, (server, request) in rotated(list(enumerate(subjects)), turn):
                runs[index].append(self.load(server, [request], connections))
        nginx, cached, plain = map(middle, runs)
        print(f"{name:14}{size:7}{connections:6}{nginx.rate:9.0f}{cached.rate:9.0f}"
              f"{ratio(runs[1], runs[0], 'rate'):7.2f}{plain.rate:9.0f}"
              f"{ratio(runs[2], runs[0], 'rate'):7.2f}   "
              f"{nginx.p50:5.2f} {cached.p50:5.2f} {plain.p50:5.2f} "
              f"{nginx.p99:5.1f} {cached.p99:5.1f} {plain.p99:5.1f}   "
              f"{nginx.cpu:4.1f} {cached.cpu:4.1f} {plain.cpu:4.0f}", flush=True)

    # Questions: the same statements, run by a C program.

    def questions(self) -> None:
        bare = Bare(self.folder)
        database = self.copy("questions.db")
        with Fixbook(database) as server:
            listed = server.json("/api/v1/issues?limit=100&sort=updated")["results"]
            titles = [issue["title"] for issue in listed][:50]
            slugs = [issue["slug"] for issue in listed][:50]
        log = LOG + "2024-05-03T10:01:00Z ERROR exec /app/run.sh: exec format error\n"
        searches = [Request(f"/api/v1/search?q={encoded(text)}") for text in titles]
        lookups = [Request(f"/api/v1/issues/{slug}", headers=JSON) for slug in slugs]
        diagnoses = [Request("/api/v1/diagnose", "POST", (("Content-Type", "text/plain"),), log)]
        title("Questions, beside a C program that runs the same statements (2 threads, no HTTP)")
        print(f"search: no cache; kept search: with the cache, where the {len(searches)} searches come again and again")
        print(f"{'':27}{'conns':>6}{'bare/s':>9}{'fixbook':>9}{'ratio':>7}"
              f"{'p50 ms':>9}{'p99 ms':>8}   CPU µs: bare, fixbook, ratio")
        for name, requests in (
            ("search", searches), ("diagnosis, 40 lines", diagnoses), ("issues, no cache", lookups),
        ):
            recorded = self.folder / "recorded"
            bare.record(database, requests, recorded)
            beside = {"": recorded}
            if name == "search":
                beside[", FTS5's rank"] = bare.rank(recorded, self.folder / "ranked")
                beside[", rank+snippets"] = bare.rank(
                    recorded, self.folder / "snippets", snippets=True)
            with Fixbook(database, FIXBOOK_CACHE="0") as plain, Fixbook(database) as cached:
                # Out of the cache the same requests come again: true of searches that are repeated.
                servers = {name: plain} | ({"kept search": cached} if name == "search" else {})
                for connections in self.connections:
                    for label, server in servers.items():
                        for what, file in beside.items():
                            self.question(
                                label + what, connections, server, requests,
                                lambda: bare.run("replay", database, self.seconds, 2, file))
        lookup = bare.run("lookup", database, self.seconds, 2)
        print(f"(one issue's row by its primary key, bare: {lookup['operations'] / lookup['seconds']:.0f}/s)")

    def question(self, name: str, connections: int, server, requests, bare) -> None:
        ours: list[Run] = []
        theirs: list[Run] = []
        for _ in range(self.rounds):
            theirs.append(bare_run(bare()))
            ours.append(self.load(server, requests, connections))
        a, b = middle(theirs), middle(ours)
        print(f"{name:27}{connections:6}{a.rate:9.0f}{b.rate:9.0f}{ratio(ours, theirs, 'rate'):7.2f}"
              f"{b.p50:9.2f}{b.p99:8.1f}   {a.cpu:.0f}, {b.cpu:.0f}, "
              f"{ratio(theirs, ours, 'cpu'):.2f}", flush=True)

    # Writes: the same rows, in as few commits.

    def writes(self) -> None:
        bare = Bare(self.folder)
        database = self.copy("writes.db")
        other = self.copy("bare-writes.db")
        # More texts than the server would remember.
        requests = [
            Request("/api/v1/reports", "POST", WRITE, f'{{"text": "exec format error in task {number}"}}')
            for number in range(5_000)]
        title(f"Durable reports, beside a C program that commits the rows of {ROWS} such reports at a time")
        with Fixbook(database) as server:
            for connections in sorted({ROWS, *self.connections}):
                ours: list[Run] = []
                theirs: list[float] = []
                singly: list[float] = []
                for _ in range(self.rounds):
                    result = bare.run("commit", other, self.seconds, ROWS)
                    theirs.append(result["operations"] * ROWS / result["seconds"])
                    result = bare.run("commit", other, self.seconds, 1)
                    singly.append(result["operations"] / result["seconds"])
                    ours.append(self.load(server, requests, connections))
                b = middle(ours)
                share = statistics.median(o.rate / t for o, t in zip(ours, theirs))
                print(f"{connections} connections: {b.rate:.0f} reports/s, bare {statistics.median(theirs):.0f} "
                      f"({statistics.median(singly):.0f} one by one), ratio {share:.2f}; "
                      f"p50 {b.p50:.2f} ms, p99 {b.p99:.1f} ms", flush=True)

    def cold_start(self) -> None:
        database = self.copy("start.db")
        times = []
        for _ in range(5 if self.options.quick else 30):
            begun = time.perf_counter()
            with Fixbook(database):
                times.append((time.perf_counter() - begun) * 1000)
        title("Cold start: from starting the process to its first answer, on an existing file")
        print(f"median {statistics.median(times):.1f} ms, best {min(times):.1f}, worst {max(times):.1f}, "
              f"of {len(times)}")


    # Hostile clients: how much longer a well-behaved one waits.

    def attacks(self) -> None:
        title("A page while others attack: milliseconds, and ratio to calm; "
              f"for one client that takes its time, and for {BUSY} that ask all the time")
        with Fixbook(self.copy("attacked.db")) as server:
            answer = server.get(PAGE[0])
            before = descriptors(server.pid)
            self.attack(server, {**{name: [one] for name, one in ATTACKS.items()},
                                 "all of them": list(ATTACKS.values())})
            print(f"descriptors {before} before, {descriptors(server.pid)} after; "
                  f"resident {memory(server.pid)['VmRSS']:.0f} MB, at most {memory(server.pid)['VmHWM']:.0f}")
        title("The same from nginx, which serves the page from a file")
        with Nginx(self.folder, {PAGE[0].target[1:]: answer}) as nginx:
            self.attack(nginx, {name: [ATTACKS[name]] for name in OF_CONNECTIONS})

    def attack(self, server, attacks: dict) -> None:
        settle, seconds = (1.0, 1.0) if self.options.quick else (3.0, 3.0)
        address = ("127.0.0.1", server.port)
        samples(address, 0.5)
        before = descriptors(server.pid)
        calm = [samples(address, seconds)]
        print(f"{'calm':24} p50 {percentile(calm[0], 50):6.2f}  p99 {percentile(calm[0], 99):6.2f}")
        busy = [self.load(server, PAGE, BUSY).p99]
        for name, functions in attacks.items():
            with under(functions, address):
                time.sleep(settle)
                found = samples(address, seconds)
                held = descriptors(server.pid)
                crowded = self.load(server, PAGE, BUSY).p99
            # What the attack left behind is gone before the next one.
            wait_until(lambda: descriptors(server.pid) <= before + 4)
            calm.append(samples(address, seconds / 3))
            busy.append(self.load(server, PAGE, BUSY).p99)
            quiet = sorted(one for run in calm[-2:] for one in run)
            p50, p99 = percentile(found, 50), percentile(found, 99)
            print(f"{name:24} p50 {p50:6.2f}  p99 {p99:6.2f}  max {max(found):6.1f}   "
                  f"p99 of calm {p99 / percentile(quiet, 99):5.2f}   "
                  f"of {BUSY}: {crowded:5.2f}, {crowded / statistics.mean(busy[-2:]):5.2f}   "
                  f"({len(found)} pages, {held} descriptors)", flush=True)


def samples(address: Address, seconds: float) -> list[float]:
    """Milliseconds that each page took for a client that asks, reads, and asks again in a while."""
    request = b"GET /issues/exec-format-error HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n"
    found: list[float] = []
    end = time.monotonic() + seconds
    with socket.create_connection(address, timeout=30) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < end:
            begun = time.perf_counter()
            client.sendall(request)
            received = client.recv(65_536)
            while b"\r\n\r\n" not in received:
                received += client.recv(65_536)
            head, _, body = received.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                sys.exit(f"a well-behaved client got {head[:200]!r}")
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            while len(body) < size:
                body += client.recv(65_536)
            found.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.0005)
    return found


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def descriptors(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def wait_until(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)


def bare_run(result: dict) -> Run:
    return Run(
        result["operations"] / result["seconds"], result["p50"] * 1000, result["p99"] * 1000,
        result["cpu"] * 1e6 / result["operations"])


def ratio(ours: list[Run], theirs: list[Run], name: str) -> float:
    return statistics.median(getattr(a, name) / getattr(b, name) for a, b in zip(ours, theirs))


def rotated(items: list, turn: int) -> list:
    turn %= len(items)
    return items[turn:] + items[:turn]


def encoded(text: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "".join(f"%{b:02X}" for b in c.encode())
                   for c in text)


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round of everything")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    parser.add_argument("--issues", type=int, default=0, help="generated ones, beside the shipped guides")
    parser.add_argument("--connections", type=int, nargs="+", default=[32, 256])
    parser.add_argument(
        "--only", nargs="+", choices=["pages", "questions", "writes", "start", "attacks"],
        default=["pages", "questions", "writes", "start", "attacks"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fixbook-bench-") as folder:
        os.chmod(folder, 0o755)  # nginx's workers run as another user.
        bench = Bench(options, Path(folder))
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} before; "
              f"rounds: {bench.rounds} of {bench.seconds:g} s each; "
              f"issues: {options.issues or 'the shipped guides'}")
        parts = {"pages": bench.pages, "questions": bench.questions, "writes": bench.writes,
                 "start": bench.cold_start, "attacks": bench.attacks}
        for name in options.only:
            parts[name]()


main()
