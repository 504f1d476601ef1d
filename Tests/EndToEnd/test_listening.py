"""Where the server listens, and which signals end it."""

import os
import resource
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from harness import ADMIN_TOKEN, BINARY, Server, bearer, copy_database, environment, fixbook, shown

PAGE = "/issues/crane-refuses-to-swing"


@pytest.fixture
def database(harbour_database, tmp_path) -> Path:
    return copy_database(harbour_database, tmp_path / "harbour.db")


class Local:
    """A server on a Unix socket, which has no address to be read from its output."""

    def __init__(self, database: Path, path: Path):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--db", database, "--listen", f"unix:{path}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(FIXBOOK_ADMIN_TOKEN=ADMIN_TOKEN),
        )  # fmt: skip
        transport = httpx.HTTPTransport(uds=str(path), retries=0)
        self.client = httpx.Client(transport=transport, base_url="http://localhost", timeout=30)
        end = time.monotonic() + 30
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.terminate()
        assert self.process.wait(12) == 0


def test_a_unix_socket_serves_and_is_removed_at_the_end(database, tmp_path):
    path = tmp_path / "fixbook.sock"
    with Local(database, path) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert server.client.get(PAGE).status_code == 200
        made = server.client.post("/api/v1/reports", json={"text": "stuck"}, headers=bearer())
        assert made.status_code == 201
        assert server.client.get("/", headers={"Host": "evil.example"}).status_code == 421
        # Who is in use is not pushed aside.
        done = fixbook("serve", "--db", database, "--listen", f"unix:{path}", timeout=30)
        assert done.returncode == 3 and str(path).encode() in done.stderr, shown(done)
        assert server.client.get(PAGE).status_code == 200
    assert not path.exists()


def test_the_socket_of_a_killed_server_is_replaced_and_no_other_file(database, tmp_path):
    path = tmp_path / "fixbook.sock"
    server = Local(database, path)
    server.process.kill()
    server.process.wait()
    assert path.exists()
    with Local(database, path) as again:
        assert again.client.get(PAGE).status_code == 200
    path.write_text("something else")
    done = fixbook("serve", "--db", database, "--listen", f"unix:{path}", timeout=30)
    assert done.returncode == 3, shown(done)
    assert path.read_text() == "something else"


def test_a_port_that_is_taken_is_said(database, tmp_path):
    with Server(database) as server:
        other = copy_database(database, tmp_path / "other.db")
        done = fixbook("serve", "--db", other, "--listen", server.authority, timeout=30)
        assert done.returncode == 3, shown(done)
        assert server.authority.encode() in done.stderr and done.stdout == b"", shown(done)
        assert server.get(PAGE).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_stop_is_answered_in_order(database, number):
    # Whatever the tests themselves were started with, as with nohup.
    server = Server(database, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)).start()
    host, port = server.authority.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        server.process.send_signal(number)
        # It had arrived, so it is answered.
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    assert server.process.wait(12) == 0
    server.forget()
    assert [file.name for file in database.parent.glob("harbour.db*")] == ["harbour.db"]


def test_nohup_holds(database):
    ignore = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    with Server(database, **ignore) as server:
        server.process.send_signal(signal.SIGHUP)
        for _ in range(20):
            assert server.get(PAGE).status_code == 200


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM])
def test_a_signal_that_means_nothing_ends_nothing(database, number):
    """Scripts that turn logs send them."""
    with Server(database) as server:
        for _ in range(3):
            server.process.send_signal(number)
            assert server.get(PAGE).status_code == 200


@pytest.mark.parametrize("verb", [["search", "crane"], ["serve", "--listen", "127.0.0.1:0"]])
def test_a_database_for_which_no_descriptor_is_left_is_said_to_be_that(database, verb):
    few = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))}
    done = fixbook(*verb, "--db", database, timeout=60, **few)
    assert done.returncode == 3, shown(done)
    assert b"descriptors" in done.stderr and b"another process" not in done.stderr, shown(done)


def test_a_log_that_nobody_reads_any_more_ends_nothing(database):
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [BINARY, "serve", "--db", database, "--listen", "127.0.0.1:0"],
        stdout=writer, stderr=writer, env=environment(FIXBOOK_ADMIN_TOKEN=ADMIN_TOKEN),
    )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader) as log:
        url = "http://" + log.readline().split("http://")[1].split()[0]
    database.unlink()
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        # Each refusal would be a line.
        for _ in range(3):
            refused = client.post("/api/v1/reports", json={"text": "x"}, headers=bearer())
            assert refused.status_code == 503
        assert client.get(PAGE).status_code == 200
    process.terminate()
    assert process.wait(12) == 0
