"""Many clients that write at once over sockets of their own, and remember what was acknowledged."""

import collections
import json
import re
import selectors
import socket
import threading
import time

from harness import ADMIN_TOKEN, Server


class _Connection:
    def __init__(self, server: Server, number: int):
        self.server = server
        self.number = number
        self.socket: socket.socket | None = None
        self.sent: tuple[str, str] | None = None
        self.begun = 0.0
        self.answer = b""


def report(text: str) -> tuple[str, bytes]:
    return "/api/v1/reports", json.dumps({"text": text}).encode()


def issue(title: str) -> tuple[str, bytes]:
    markdown = f"- {title} was seen\n- **Fix**: turn {title} off and on\n"
    fields = {"guide": "storm", "section": "Storm", "title": title, "markdown": markdown}
    return "/api/v1/issues", json.dumps(fields).encode()


class Storm:
    """One thread with a socket for each client. Every `issues`-th write makes an issue."""

    def __init__(self, *servers: Server, clients: int = 32, name: str = "storm", issues: int = 0):
        self.servers = servers
        self.clients = clients
        self.name = name
        self.issues = issues
        # What was acknowledged: texts of reports and titles of issues.
        self.acknowledged: list[str] = []
        self.refused: collections.Counter = collections.Counter()
        self.problems: list[dict] = []
        # Sent, but the connection broke before an answer came.
        self.unanswered: list[str] = []
        self.slowest = 0.0
        self.count = 0
        self.stopping = False
        self.seconds = 0.0
        self.thread: threading.Thread | None = None

    def run(self, seconds: float) -> "Storm":
        self.start()
        time.sleep(seconds)
        return self.stop()

    def start(self) -> "Storm":
        self.thread = threading.Thread(target=self._work)
        self.thread.start()
        return self

    def stop(self) -> "Storm":
        self.stopping = True
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self

    def join(self, seconds: float) -> "Storm":
        """Waits until no server is reached any more."""
        self.thread.join(seconds)
        assert not self.thread.is_alive()
        return self

    @property
    def rate(self) -> float:
        return len(self.acknowledged) / self.seconds

    def _work(self) -> None:
        begun = time.monotonic()
        with selectors.DefaultSelector() as selector:
            for number in range(self.clients):
                server = self.servers[number % len(self.servers)]
                self._connect(_Connection(server, number), selector)
            last_answer = time.monotonic()
            while selector.get_map() and time.monotonic() < last_answer + 45:
                for key, _ in selector.select(0.5):
                    last_answer = time.monotonic()
                    self._read(key.data, selector)
        self.seconds = time.monotonic() - begun

    def _connect(self, connection: _Connection, selector) -> None:
        host, port = connection.server.authority.split(":")
        try:
            connection.socket = socket.create_connection((host, int(port)), timeout=30)
        except OSError:
            return
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        self._send(connection, selector)

    def _send(self, connection: _Connection, selector) -> None:
        self.count += 1
        text = f"{self.name} {connection.number} {self.count}"
        made = issue(text) if self.issues and self.count % self.issues == 0 else report(text)
        path, body = made
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {connection.server.authority}\r\n"
            f"Authorization: Bearer {ADMIN_TOKEN}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        connection.sent = (path, text)
        connection.begun = time.monotonic()
        connection.answer = b""
        try:
            connection.socket.sendall(head.encode() + body)
        except OSError:
            self._lose(connection, selector)

    def _read(self, connection: _Connection, selector) -> None:
        try:
            piece = connection.socket.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            return self._lose(connection, selector)
        connection.answer += piece
        head, found, body = connection.answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not found or not length or len(body) < int(length.group(1)):
            return None
        self.slowest = max(self.slowest, time.monotonic() - connection.begun)
        status = int(head[9:12])
        if status == 201:
            self.acknowledged.append(connection.sent[1])
        else:
            problem = json.loads(body)
            self.refused[status, problem["code"]] += 1
            self.problems.append(problem)
        connection.sent = None
        if self.stopping or re.search(rb"(?i)connection: close", head):
            selector.unregister(connection.socket)
            connection.socket.close()
        else:
            self._send(connection, selector)
        return None

    def _lose(self, connection: _Connection, selector) -> None:
        if connection.sent:
            self.unanswered.append(connection.sent[1])
        selector.unregister(connection.socket)
        connection.socket.close()
