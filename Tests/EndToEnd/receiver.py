"""A real receiver of webhooks that does what a test tells it to: answer, fail, be slow, redirect."""

import http.server
import json
import queue
import threading


class Receiver:
    """Listens on a free port of 127.0.0.1. `answers` are given in turn, the last one for ever.

    An answer is a status, or a status with headers, or "hang": to take the message and say nothing.
    """

    def __init__(self, *answers):
        self.answers = list(answers) or [204]
        self.messages: queue.Queue = queue.Queue()
        self.released = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                receiver.messages.put((self.path, dict(self.headers.items()), body))
                if answer == "hang":
                    receiver.released.wait(60)
                    self.close_connection = True
                    return
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, within: float = 20) -> tuple[str, dict, bytes]:
        """The next message: path, headers by lower-case name, body."""
        path, headers, body = self.messages.get(timeout=within)
        return path, {name.lower(): value for name, value in headers.items()}, body

    def event(self, within: float = 20) -> dict:
        return json.loads(self.next(within)[2])

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_) -> None:
        self.close()
