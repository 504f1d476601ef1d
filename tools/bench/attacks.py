"""What hostile and broken clients do to a server, each in a process of its own."""

import contextlib
import multiprocessing
import os
import resource
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator

Address = tuple[str, int]
HEAD = b"GET /issues/exec-format-error HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPLOAD = b"POST /api/v1/diagnose HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
LINE = b"2024-05-03T10:00:00Z ERROR request %06d failed: connection reset by peer (os error 104)\n"


def dial(address: Address, receive_buffer: int = 0) -> socket.socket:
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(5)
    client.connect(address)
    return client


def keep(address: Address, count: int, begin: bytes, drip: bytes, pause: float, **options) -> None:
    """Keeps that many connections that begin so and then send `drip` bit by bit; opens lost ones anew."""
    clients: list[socket.socket] = []
    while True:
        while len(clients) < count:
            with contextlib.suppress(OSError):
                clients.append(dial(address, **options))
                clients[-1].sendall(begin)
        for client in list(clients):
            try:
                if drip:
                    client.send(drip)
                if not options and client.recv(4096, socket.MSG_DONTWAIT) == b"":
                    raise OSError("closed")
            except BlockingIOError:
                pass  # Nothing has come, which is fine.
            except OSError:
                client.close()
                clients.remove(client)
        time.sleep(pause)


def slow_heads(address: Address) -> None:
    keep(address, 500, HEAD, b"X-Y: z\r\n", 0.5)


def slow_bodies(address: Address) -> None:
    keep(address, 300, UPLOAD + b"Content-Length: 1000000\r\n\r\n", b"a line\n", 0.3)


def slow_readers(address: Address) -> None:
    """Ask for much and read nothing."""
    pages = b"GET /guides/agentcore-troubleshooting HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 20
    keep(address, 200, pages, b"", 1, receive_buffer=2048)


def idle(address: Address) -> None:
    keep(address, 2_000, b"", b"", 1)


def accept_flood(address: Address) -> None:
    while True:
        for _ in range(20):
            with contextlib.suppress(OSError):
                dial(address).close()
        time.sleep(0.01)


def aborted_uploads(address: Address) -> None:
    body = b"".join(LINE % number for number in range(1_500))
    while True:
        with contextlib.suppress(OSError):
            client = dial(address)
            client.sendall(UPLOAD + b"Content-Length: %d\r\n\r\n" % (2 * len(body)) + body)
            # A reset instead of an end.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        time.sleep(0.02)


def stopped_clients(address: Address) -> None:
    """Clients that were in the middle of it when they were stopped: `kill -STOP`."""
    url = f"http://{address[0]}:{address[1]}/guides/agentcore-troubleshooting"
    children: list[subprocess.Popen] = []

    def end(*_) -> None:
        for child in children:
            child.kill()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        if len(children) < 4:
            children.append(
                subprocess.Popen(["wrk", "-t1", "-c100", "-d60s", url], stdout=subprocess.DEVNULL))
            time.sleep(0.3)
            children[-1].send_signal(signal.SIGSTOP)
        time.sleep(0.1)


def big_diagnoses(address: Address) -> None:
    body = b"".join(LINE % number for number in range(90_000))
    while True:
        with contextlib.suppress(OSError):
            client = dial(address)
            client.settimeout(120)
            client.sendall(UPLOAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
            # In pieces: a kernel that is not preempted (PREEMPT_NONE) would copy the whole before it let
            # another thread have this core, which no client of another machine can make it do.
            for start in range(0, len(body), 65_536):
                client.sendall(body[start:start + 65_536])
            while client.recv(65_536):
                pass


ATTACKS: dict[str, Callable[[Address], None]] = {
    "500 slow heads": slow_heads,
    "300 slow bodies": slow_bodies,
    "200 that do not read": slow_readers,
    "2,000 idle": idle,
    "accept flood": accept_flood,
    "aborted uploads": aborted_uploads,
    "400 stopped clients": stopped_clients,
    "8 MB diagnoses": big_diagnoses,
}


# Those that mean the same to a server of files.
OF_CONNECTIONS = ["500 slow heads", "2,000 idle", "accept flood"]


def attack(function: Callable[[Address], None], address: Address) -> None:
    # The attackers would have machines of their own: they get what the others leave (sched(7)).
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with contextlib.suppress(KeyboardInterrupt):
        function(address)


@contextlib.contextmanager
def under(functions: list[Callable[[Address], None]], address: Address) -> Iterator[None]:
    """While the block runs, those attack."""
    attackers = [
        multiprocessing.Process(target=attack, args=(one, address), daemon=True) for one in functions]
    for attacker in attackers:
        attacker.start()
    try:
        yield
    finally:
        for attacker in attackers:
            attacker.terminate()
        for attacker in attackers:
            attacker.join(20)
            if attacker.is_alive():
                attacker.kill()
                attacker.join()
