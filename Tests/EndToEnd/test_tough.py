"""Hostile and broken clients harm themselves only: what they hold is bounded and comes back."""

import contextlib
import ctypes
import os
import random
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness import BROWSER_ACCEPT, Server, copy_database

PAGE = "/issues/crane-refuses-to-swing"
MANY = 2_000
# Those that take their time; `make soak` runs them.
LONG = pytest.mark.skipif("FIXBOOK_LONG" not in os.environ, reason="for `make soak`")


@pytest.fixture(autouse=True)
def descriptors_enough():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * MANY:
        pytest.skip(f"at most {hard} descriptors here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "harbour.db")) as server:
        yield server


def dial(server: Server) -> socket.socket:
    host, port = server.authority.split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def descriptors(server: Server) -> int:
    """Those that are open, but for the database's: readers of it are opened as they are needed, and some kept."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    targets = []
    for link in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # Closed meanwhile.
            targets.append(os.readlink(link))
    return sum(not target.startswith(str(server.database)) for target in targets)


def eventually(condition) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


HEAD = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPLOAD = "POST /api/v1/diagnose HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param("", id="idle"),
        pytest.param(HEAD, id="half a head"),
        pytest.param(UPLOAD + "Content-Length: 100000\r\n\r\nline\n", id="half a body"),
        pytest.param((HEAD + "\r\n") * 50, id="unread answers"),
    ],
)
def test_thousands_that_hang_are_served_around_and_leave_nothing(server, begun):
    server.get(PAGE, BROWSER_ACCEPT)
    before = descriptors(server)
    with contextlib.ExitStack() as clients:
        for _ in range(MANY):
            client = clients.enter_context(dial(server))
            if begun:
                client.sendall(begun.encode())
        assert eventually(lambda: descriptors(server) >= before + MANY)
        for _ in range(50):
            assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
        with server.new_client() as late:
            assert late.get(PAGE).status_code == 200
    assert eventually(lambda: descriptors(server) <= before + 1), descriptors(server) - before
    assert resident(server) < 200 * 2**20


# Stops itself when all its connections are in the middle of something: nobody reads or sends for them then.
CLIENTS_THAT_STOP = """
import os, signal, socket, sys
port, begun, count = int(sys.argv[1]), sys.stdin.buffer.read(), int(sys.argv[2])
clients = []
for _ in range(count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(begun)
    clients.append(client)
os.kill(os.getpid(), signal.SIGSTOP)
"""


@contextlib.contextmanager
def stopped(server: Server, begun: bytes, count: int):
    """A process with that many connections, stopped as `kill -STOP` does."""
    words = [sys.executable, "-c", CLIENTS_THAT_STOP, server.authority.split(":")[1], str(count)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE)
    try:
        process.stdin.write(begun)
        process.stdin.close()
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGSTOP
        yield
    finally:
        process.kill()
        process.wait()


def test_stopped_clients_are_served_around_and_leave_nothing(server):
    """Some are in the middle of a body, some do not read answers that are longer than what is sent ahead."""
    server.get(PAGE, BROWSER_ACCEPT)
    server.diagnose("warm")
    before, memory = descriptors(server), resident(server)
    requests = [
        UPLOAD + "Content-Length: 10000000\r\n\r\n" + "a line of a log\n" * 2_000,
        (HEAD + "Accept: text/html\r\n\r\n") * 400,
        "GET /guides/harbour-runbook HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 400,
        HEAD,
    ]
    with contextlib.ExitStack() as processes:
        for begun in requests:
            processes.enter_context(stopped(server, begun.encode(), count=100))
        # What is in use while a diagnosis is stored may have been counted before.
        assert eventually(lambda: descriptors(server) >= before + 395), descriptors(server) - before
        for _ in range(100):
            assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
        assert server.diagnose("crane")["id"]
        assert server.post("/api/v1/reports", json={"text": "stuck"}).status_code == 201
        with server.new_client() as late:
            assert late.get(PAGE).status_code == 200
        assert resident(server) < memory + 200 * 2**20
    # Connections to the database that were opened meanwhile are kept, eight at most, of two descriptors.
    assert eventually(lambda: descriptors(server) <= before + 16), descriptors(server) - before
    assert eventually(lambda: resident(server) < memory + 30 * 2**20), resident(server) >> 20


@LONG
def test_ten_thousand_idle_connections_cost_memory_alone_and_give_it_back(harbour_database, tmp_path):
    many = 10_000
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < many + 200:
        pytest.skip("too few descriptors here")
    with Server(copy_database(harbour_database, tmp_path / "many.db")) as server:
        for _ in range(100):
            assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
        before, memory = descriptors(server), resident(server)
        with contextlib.ExitStack() as clients:
            for _ in range(many):
                clients.enter_context(dial(server))
            assert eventually(lambda: descriptors(server) >= before + many)
            for _ in range(500):
                assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
            with server.new_client() as late:
                assert late.get(PAGE).status_code == 200
            held = resident(server) - memory
            # The WAL is emptied, what was counted is stored.
            time.sleep(3)
            spent = processor_time(server)
            time.sleep(5)
            spent = processor_time(server) - spent
        print(f"{many} idle: {held >> 10} KiB, {spent:.2f} s of processor in 5 s")
        assert held < 64 * 2**20
        assert spent <= 0.05
        assert eventually(lambda: descriptors(server) <= before + 1), descriptors(server) - before
        assert eventually(lambda: resident(server) < memory + 64 * 2**20), resident(server) >> 20
        assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200


def test_uploads_that_break_off_leave_nothing(server):
    server.get(PAGE, BROWSER_ACCEPT)
    server.diagnose("warm")
    before = descriptors(server)
    for turn in range(200):
        with dial(server) as client:
            client.sendall((UPLOAD + "Content-Length: 1000000\r\n\r\n").encode() + b"a line\n" * 1_000)
            if turn % 2:
                # A reset, not an end (socket(7), SO_LINGER).
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert server.get(PAGE).status_code == 200
    assert eventually(lambda: descriptors(server) <= before + 1), descriptors(server) - before


def resident(server: Server) -> int:
    pages = int(open(f"/proc/{server.process.pid}/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_long_texts_give_their_memory_back(server):
    """Noise, of which most is kept longest while it is read."""
    server.diagnose("warm")
    before = resident(server)
    noise = random.Random(3).randbytes(1 << 20) * 16
    peak = []

    def diagnose() -> None:
        with server.new_client() as client:
            client.timeout = 300
            answer = client.post("/api/v1/diagnose", content=noise)
            peak.append(resident(server))
            assert answer.status_code == 200

    threads = [threading.Thread(target=diagnose) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(peak) == 16 and max(peak) < before + 256 * 2**20
    assert eventually(lambda: resident(server) < before + 30 * 2**20), resident(server) >> 20


def test_pages_overtake_a_big_diagnosis(server):
    """Pages that are asked for after it are answered before it ends: it keeps no event loop."""
    text = b"".join(b"ERROR the jib of crane %d stands still at berth %d\n" % (n, n % 97) for n in range(600_000))
    answers = []
    begun = threading.Event()

    def diagnose() -> None:
        with server.new_client() as client:
            client.timeout = 300

            def body():
                for start in range(0, len(text), 1 << 20):
                    yield text[start : start + (1 << 20)]
                    begun.set()

            answers.append(client.post("/api/v1/diagnose", content=body()).status_code)

    threads = [threading.Thread(target=diagnose) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait()
    overtaken = 0
    while not answers and overtaken < 200:
        assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
        overtaken += 1
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    # On one loop after the other a page would come through at most between two of them.
    assert overtaken >= 20


def test_past_the_descriptor_limit_it_waits_and_does_not_spin(harbour_database, tmp_path):
    """Those that are connected are served, others wait, and the processor stays idle."""
    limit = 128

    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, preexec_fn=lower) as server:
        server.get(PAGE, BROWSER_ACCEPT)
        with contextlib.ExitStack() as clients:
            for _ in range(2 * limit):
                clients.enter_context(dial(server))
            for _ in range(100):
                assert server.get(PAGE, BROWSER_ACCEPT).status_code == 200
            assert descriptors(server) <= limit
            before = processor_time(server)
            # The only sleep in these tests: what must not happen takes time not to happen.
            time.sleep(0.5)
            assert processor_time(server) - before < 0.1
        assert eventually(lambda: descriptors(server) < limit // 2)
        with server.new_client() as late:
            assert late.get(PAGE).status_code == 200


def processor_time(server: Server) -> float:
    """Seconds that the process has had, by the kernel's ticks."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads(server: Server) -> dict[str, list[tuple[int, int]]]:
    """By name: nice value and turn in nanoseconds of each thread of the process (sched_getattr(2))."""
    call = {"x86_64": 315, "aarch64": 275}[os.uname().machine]
    attributes = ctypes.create_string_buffer(48)
    found: dict[str, list[tuple[int, int]]] = {}
    for task in os.listdir(f"/proc/{server.process.pid}/task"):
        name = open(f"/proc/{server.process.pid}/task/{task}/comm").read().strip()
        assert ctypes.CDLL(None).syscall(call, int(task), attributes, len(attributes), 0) == 0
        nice, turn = struct.unpack_from("=16xi4xQ", attributes)
        found.setdefault(name, []).append((nice, turn))
    return found


def test_what_takes_long_gives_way_to_what_is_quickly_done(server):
    server.client.post("/api/v1/diagnose", content=b"exec format error", headers={"Content-Type": "text/plain"})
    found = threads(server)
    own = os.nice(0)
    assert {nice for nice, _ in found["fixbook-loop"] + found["fixbook-writer"]} == {own}
    assert {nice for nice, _ in found["fixbook-worker"] + found["fixbook-uploads"]} == {min(own + 5, 19)}
    usual = {turn for _, turn in found["fixbook-writer"]}
    # Older kernels than Linux 6.12 have no turns to ask for.
    if usual != {0}:
        assert {turn for _, turn in found["fixbook-loop"]} == {100_000}
        # A loop starts the workers; its short turns are not for them.
        assert {turn for _, turn in found["fixbook-worker"] + found["fixbook-uploads"]} == usual
