"""Runs the real binary: as a server on a free port of 127.0.0.1, and as a command."""

import html.parser
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BINARY = Path(os.environ.get("FIXBOOK_BIN", ROOT / ".build/debug/fixbook")).absolute()

ADMIN_TOKEN = "end-to-end-admin-token-0123456789abcdef"
# An answer that takes longer than this is a failure, not patience.
ANSWER_WITHIN = 30
START_WITHIN = 30
STOP_WITHIN = 12

# What browsers send for a page, word by word.
BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def environment(**more: str) -> dict[str, str]:
    """A small environment: no proxies, no settings of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **more}


def fixbook(
    *arguments: str | Path, input: bytes | str = b"", timeout: float = 120, **options
) -> subprocess.CompletedProcess:
    """Runs one command to its end. Output is bytes; the exit code is not checked."""
    if isinstance(input, str):
        input = input.encode()
    options.setdefault("env", environment())
    return subprocess.run(
        [BINARY, *map(str, arguments)], input=input, capture_output=True, timeout=timeout, **options
    )


def succeed(*arguments: str | Path, **options) -> str:
    """Runs one command that must exit 0; gives what it printed."""
    done = fixbook(*arguments, **options)
    assert done.returncode == 0, f"fixbook {' '.join(map(str, arguments))}: {shown(done)}"
    return done.stdout.decode()


def shown(done: subprocess.CompletedProcess) -> str:
    return (
        f"exit {done.returncode}\n--- stdout\n{done.stdout.decode(errors='replace')}"
        f"\n--- stderr\n{done.stderr.decode(errors='replace')}"
    )


def curl(*arguments: str, input: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "60", *arguments],
        input=input,
        capture_output=True,
        timeout=90,
        env=environment(),
    )


def shell(line: str, **variables: str) -> subprocess.CompletedProcess:
    """Runs a line as someone would who pasted it into a terminal."""
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, timeout=90, env=environment(**variables)
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_token(database: Path, scope: str, name: str = "", kind: str = "person") -> str:
    arguments = ["--name", name or f"{kind} who may {scope}", "--scope", scope, "--kind", kind]
    return succeed("token", "create", "--db", database, *arguments).strip()


def bearer(token: str = ADMIN_TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def copy_database(source: Path, target: Path) -> Path:
    """Copies a database with what SQLite may have left beside it."""
    for file in source.parent.glob(source.name + "*"):
        shutil.copy(file, target.with_name(file.name.replace(source.name, target.name, 1)))
    return target


class Server:
    """`fixbook serve` as a child process."""

    running: list["Server"] = []

    def __init__(
        self,
        database: Path,
        *flags: str,
        listen: str = "127.0.0.1:0",
        binary: Path = BINARY,
        log: Path | None = None,
        env: dict[str, str] | None = None,
        **options,
    ):
        self.database = Path(database)
        self.log = log or self.database.with_suffix(".log")
        self.command = [binary, "serve", "--db", str(database), "--listen", listen, *flags]
        self.environment = environment(FIXBOOK_ADMIN_TOKEN=ADMIN_TOKEN, **(env or {}))
        self.options = options
        self.url = ""
        self.process: subprocess.Popen | None = None

    def start(self) -> "Server":
        with self.log.open("ab") as log:
            start_of_this_run = log.tell()
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
                **self.options,
            )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server exited {self.process.returncode}:\n{self.output}")
            printed = self.log.read_bytes()[start_of_this_run:].decode(errors="replace")
            if found := re.search(r"http://127\.0\.0\.1:([1-9]\d*)", printed):
                self.url = found.group(0)
                if self.is_ready():
                    self.client = self.new_client()
                    Server.running.append(self)
                    return self
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"no answer within {START_WITHIN} s of starting:\n{self.output}")

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def new_client(self, **options) -> httpx.Client:
        """A client that sends what httpx and curl send: `Accept: */*`."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=ANSWER_WITHIN, **options)

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def authority(self) -> str:
        return self.url.removeprefix("http://")

    def stop(self) -> None:
        """Asks to stop; a server that is not asked twice and leaves with 0 is a good one."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            message = f"still running {STOP_WITHIN} s after SIGTERM:\n{self.output}"
            raise AssertionError(message) from None
        self.forget()
        assert code == 0, f"exit {code} after SIGTERM:\n{self.output}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.forget()

    def forget(self) -> None:
        if self in Server.running:
            Server.running.remove(self)
            self.client.close()

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, kind, *_) -> None:
        if self.process.poll() is not None:
            self.forget()
            if kind is None:
                raise AssertionError(f"the server died ({self.process.returncode}):\n{self.output}")
        elif kind is None:
            self.stop()
        else:
            self.kill()

    # What tests ask for again and again.

    def get(self, path: str, accept: str | None = None, **options) -> httpx.Response:
        headers = {**options.pop("headers", {}), **({"Accept": accept} if accept else {})}
        return self.client.get(path, headers=headers, **options)

    def json(self, path: str, **options):
        response = self.get(path, **options)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:500]}"
        return response.json()

    def issue(self, slug: str) -> dict:
        return self.json(f"/api/v1/issues/{slug}")

    def diagnose(self, text: str | bytes, query: str = "") -> dict:
        """The API's answer to a text sent as curl sends it."""
        body = text.encode() if isinstance(text, str) else text
        response = self.client.post(f"/api/v1/diagnose{query}", content=body)
        assert response.status_code == 200, response.text[:500]
        return response.json()

    def post(self, path: str, json=None, token: str | None = ADMIN_TOKEN, **options):
        headers = {**(bearer(token) if token else {}), **options.pop("headers", {})}
        return self.client.post(path, json=json, headers=headers, **options)

    def token(self, scope: str, kind: str = "person") -> str:
        return make_token(self.database, scope, kind=kind)


def browser_form(text: str, file: bytes | None = None) -> dict:
    """What a browser sends for the form of /diagnose, as arguments for a client's `post`.

    The file field is sent even when no file was chosen: with an empty name and no bytes.
    """
    boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
    name, content, kind = ("build.log", file, "text/plain")
    if file is None:
        name, content, kind = ("", b"", "application/octet-stream")
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n{text}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    ).encode()
    return {
        "content": body + content + f"\r\n--{boundary}--\r\n".encode(),
        "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        "follow_redirects": True,
    }


class _VisibleText(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "style", "template"):
            self.hidden += 1

    def handle_endtag(self, tag):
        if tag in ("script", "style", "template"):
            self.hidden -= 1

    def handle_data(self, data):
        if not self.hidden:
            self.pieces.append(data)


def visible_text(page: str) -> str:
    """A page's words, one space between them."""
    parser = _VisibleText()
    parser.feed(page)
    return " ".join(" ".join(parser.pieces).split())


def problem(response: httpx.Response, status: int) -> dict:
    """The problem document of an error answered as JSON (RFC 9457)."""
    assert response.status_code == status, f"{response.status_code}, not {status}: {response.text}"
    assert response.headers["content-type"].startswith("application/problem+json"), response.headers
    document = response.json()
    assert document["status"] == status
    assert document["title"]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", document["code"]), document
    return document
