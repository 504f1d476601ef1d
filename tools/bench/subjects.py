"""What is measured: Fixbook, nginx serving the same bytes, and SQLite with nothing around it."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from load import HERE, Request

ROOT = HERE.parents[1]
BINARY = Path(os.environ.get("FIXBOOK_BIN", ROOT / ".build/release/fixbook")).absolute()
TOKEN = "bench-token-0123456789abcdef0123456789abcdef"
# What nginx writes itself, or must not be told.
OWN_FIELDS = {"date", "content-length", "connection", "content-type", "etag", "last-modified", "server"}


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*arguments: str | Path) -> str:
    done = subprocess.run(
        [BINARY, *map(str, arguments)], capture_output=True, text=True, env=environment())
    if done.returncode:
        sys.exit(f"fixbook {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


class Child:
    """A server on a free port of 127.0.0.1, stopped by its process id."""

    process: subprocess.Popen
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def spawn(self, *arguments: str | Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            [*map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            env=environment(**variables),
        )

    def wait_until_it_answers(self) -> None:
        end = time.monotonic() + 30
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{self.process.args[0]} does not answer ({self.process.poll()})")
            time.sleep(0.0002)

    def get(self, request: Request) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(
            request.method, request.target, request.body or None, dict(request.headers))
        response = connection.getresponse()
        response.content = response.read()
        connection.close()
        if response.status >= 300:
            sys.exit(f"{request.target}: {response.status} {response.content[:300]!r}")
        return response

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return client.recv(4096).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


class Fixbook(Child):
    def __init__(self, database: Path, **variables: str):
        self.port = free_port()
        self.spawn(
            BINARY, "serve", "--db", database, "--listen", f"127.0.0.1:{self.port}",
            FIXBOOK_ADMIN_TOKEN=TOKEN, **variables,
        )
        self.wait_until_it_answers()

    def json(self, target: str):
        return json.loads(self.get(Request(target)).content)


class Nginx(Child):
    """Serves a file for each answer of ours: the same body and the same fields."""

    def __init__(self, folder: Path, answers: dict[str, http.client.HTTPResponse]):
        self.port = free_port()
        root = folder / "nginx"
        locations = ""
        for name, answer in answers.items():
            file = root / "files" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(answer.content)
            fields = "".join(
                f"add_header {field} {quoted(value)};\n"
                for field, value in answer.getheaders() if field.lower() not in OWN_FIELDS)
            kind = answer.getheader("Content-Type")
            locations += f"location = /{name} {{ types {{}} default_type {quoted(kind)};\n{fields}}}\n"
        (root / "nginx.conf").write_text(
            f"""
            worker_processes {len(os.sched_getaffinity(0))};
            daemon off;
            pid {root}/nginx.pid;
            error_log {root}/error.log;
            worker_rlimit_nofile 8192;
            events {{ worker_connections 4096; }}
            http {{
              access_log off; sendfile on; tcp_nopush on; etag on; server_tokens off;
              keepalive_requests 100000000; keepalive_timeout 60s;
              client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
              uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
              server {{ listen 127.0.0.1:{self.port} reuseport; root {root}/files; {locations} }}
            }}
            """)
        # Debian keeps it where only root's PATH leads.
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.spawn(program, "-p", root, "-c", root / "nginx.conf", "-e", root / "error.log")
        self.wait_until_it_answers()


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}")
    return f'"{escaped}"'


class Bare:
    """bare.c, and recorder.c that tells it what to do."""

    def __init__(self, folder: Path):
        compiler = next((name for name in ("cc", "clang", "gcc") if on_path(name)), None)
        if not compiler:
            sys.exit("no C compiler: tools/setup bench installs one")
        self.program = folder / "bare"
        self.recorder = folder / "recorder.so"
        for arguments in (
            ["-o", self.program, HERE / "bare.c", "-lsqlite3", "-lpthread"],
            ["-shared", "-fPIC", "-o", self.recorder, HERE / "recorder.c", "-ldl"],
        ):
            subprocess.run([compiler, "-O2", *arguments], check=True)

    def record(self, database: Path, requests: list[Request], file: Path) -> None:
        """Writes down the statements that a server runs for each of those requests, each the first of its
        kind: what a server keeps of the index for the next question is asked by none of them."""
        file.write_bytes(b"")
        variables = {"LD_PRELOAD": str(self.recorder), "RECORDER_FILE": str(file)}
        for request in requests:
            before = file.stat().st_size
            with Fixbook(database, FIXBOOK_CACHE="0", **variables) as server:
                # The first question of all reads what any of them needs.
                server.get(Request("/api/v1/search?q=zzzz"))
                # And what a server reads at its start belongs to no question.
                size = -1
                while size != file.stat().st_size:
                    size = file.stat().st_size
                    time.sleep(0.1)
                with file.open("r+b") as output:
                    output.truncate(before)
                server.get(request)
                with file.open("ab") as output:
                    output.write(b"\x1d")

    def run(self, verb: str, database: Path, seconds: float, count: int, *more: Path) -> dict:
        done = subprocess.run(
            [self.program, verb, database, str(seconds), str(count), *more],
            capture_output=True, text=True, timeout=seconds + 60,
        )
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout)


    def rank(self, recorded: Path, file: Path, snippets: bool = False) -> Path:
        """FTS5's own ranking of the same tokens, instead of the recorded statements; with an excerpt of each
        of the twenty rows where asked for."""
        snippet = ", snippet(issue_fts, 0, '<mark>', '</mark>', '…', 30)" if snippets else ""
        groups = []
        for group in recorded.read_text().split("\x1d"):
            lists = re.findall(r"FROM term\s+WHERE term IN \(SELECT value FROM json_each\('(\[.*?\])'\)\)", group)
            tokens = dict.fromkeys(
                token for text in lists for token in json.loads(text.replace("''", "'")) if token.strip())
            phrases = ['"' + token.replace('"', '""').replace("'", "''") + '"' for token in tokens]
            if phrases:
                groups.append(
                    f"SELECT i.id, i.slug, i.title, i.markdown, rank{snippet} FROM issue_fts"
                    " JOIN issue i ON i.id = issue_fts.rowid"
                    f" WHERE issue_fts MATCH '{' OR '.join(phrases)}' ORDER BY rank LIMIT 20\x1e\x1d")
        file.write_text("".join(groups))
        return file


def on_path(name: str) -> bool:
    return shutil.which(name) is not None
