"""The file survives: stops, kills, foreign hands, and states in which nothing can be written."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from harness import (
    ADMIN_TOKEN,
    BINARY,
    Server,
    bearer,
    copy_database,
    environment,
    fixbook,
    free_port,
    shell,
    shown,
)

CRANE = "crane-refuses-to-swing"
INTERLOCK = "2026-05-03T07:12:44Z ERROR slew: interlock open, swing refused\n"
NOBODY = 65534


def record_success(server: Server) -> None:
    fix = server.issue(CRANE)["fixes"][1]["id"]
    report = server.post("/api/v1/reports", json={"text": "crane stuck", "issue": CRANE}).json()
    outcome = {"fix": fix, "result": "worked"}
    response = server.post(f"/api/v1/reports/{report['id']}/outcomes", json=outcome)
    assert response.status_code == 201, response.text


def successes(server: Server) -> list[int]:
    return [fix["evidence"]["worked"] for fix in server.issue(CRANE)["fixes"]]


def test_a_first_start_says_where_it_listens_how_to_sign_in_and_what_to_try(tmp_path):
    with Server(tmp_path / "new.db") as server:
        printed = server.output
        assert server.url in printed
        assert "/sign-in" in printed
        lines = [line.strip().removeprefix("$ ") for line in printed.splitlines()]
        commands = [line for line in lines if "curl " in line]
        assert len(commands) >= 3
        for command in commands:
            done = shell(command)
            assert done.returncode == 0, command
            assert done.stdout, command


def test_a_second_start_prints_no_new_sign_in_link(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "base.db")
    with Server(database, log=tmp_path / "first.log"):
        pass
    with Server(database, log=tmp_path / "second.log") as server:
        assert "/sign-in/" not in server.output


def test_no_guides_means_none(tmp_path):
    with Server(tmp_path / "new.db", "--no-guides") as server:
        assert server.json("/guides.json")["results"] == []


def test_it_listens_where_it_is_told(harbour_database, tmp_path):
    port = free_port()
    database = copy_database(harbour_database, tmp_path / "base.db")
    with Server(database, listen=f"127.0.0.1:{port}") as server:
        assert server.url == f"http://127.0.0.1:{port}"


def test_a_port_in_use_is_said_and_exits_3(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "a.db")) as server:
        other = copy_database(harbour_database, tmp_path / "b.db")
        done = fixbook("serve", "--db", other, "--listen", server.authority)
        assert done.returncode == 3, shown(done)
        assert server.authority.encode() in done.stderr


def test_what_was_recorded_is_there_after_a_stop(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "base.db")
    with Server(database) as server:
        record_success(server)
    with Server(database) as server:
        assert successes(server) == [1, 0]


def test_what_was_recorded_is_there_after_a_kill(harbour_database, tmp_path):
    server = Server(copy_database(harbour_database, tmp_path / "base.db")).start()
    record_success(server)
    server.kill()
    with server:
        assert successes(server) == [1, 0]


def test_a_token_made_before_a_kill_works_after_it(harbour_database, tmp_path):
    server = Server(copy_database(harbour_database, tmp_path / "base.db")).start()
    token = server.token("report")
    server.kill()
    with server:
        body = {"text": "crane stuck"}
        assert server.post("/api/v1/reports", json=body, token=token).status_code == 201


def test_the_old_validators_hold_after_a_restart(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "base.db")
    port = free_port()
    with Server(database, listen=f"127.0.0.1:{port}") as server:
        tag = server.get(f"/issues/{CRANE}.md").headers["etag"]
    with Server(database, listen=f"127.0.0.1:{port}") as server:
        again = server.get(f"/issues/{CRANE}.md", headers={"If-None-Match": tag})
        assert again.status_code == 304


def test_an_idle_connection_does_not_delay_the_stop(harbour_database, tmp_path):
    server = Server(copy_database(harbour_database, tmp_path / "base.db")).start()
    idle = [server.new_client() for _ in range(5)]
    for client in idle:
        client.get("/healthz")
    begun = time.monotonic()
    server.stop()
    assert time.monotonic() - begun < 5


@pytest.fixture
def public_folder():
    """A folder that other users may enter; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="fixbook-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    shutil.rmtree(folder)


def without_root(folder: Path) -> dict:
    """Root writes to any file, so as root the server is run as somebody else."""
    if os.geteuid() != 0:
        return {}
    binary = folder / "bin" / "fixbook"
    binary.parent.mkdir()
    shutil.copy(BINARY, binary)
    return {"binary": binary, "user": NOBODY, "group": NOBODY, "extra_groups": []}


@pytest.fixture
def read_only(harbour_database, public_folder, tmp_path):
    """A server on a file and in a folder that it may only read."""
    folder = public_folder / "data"
    folder.mkdir()
    database = copy_database(harbour_database, folder / "base.db")
    options = without_root(public_folder)
    database.chmod(0o444)
    folder.chmod(0o555)
    with Server(database, log=tmp_path / "read-only.log", **options) as server:
        yield server


def test_a_read_only_file_is_served(read_only):
    for suffix in ("html", "json", "md", "txt"):
        assert read_only.get(f"/issues/{CRANE}.{suffix}").status_code == 200
    assert read_only.get("/search.json?q=crane").json()["results"]
    answer = read_only.diagnose("slewd[312]: E-4410 slew interlock open, motion inhibited")
    assert answer["verdict"] == "known"
    assert answer["id"] is None


def test_a_write_to_a_read_only_file_is_a_clear_error(read_only):
    response = read_only.post("/api/v1/reports", json={"text": "crane stuck"}, token=ADMIN_TOKEN)
    assert response.status_code == 503, response.text
    assert re.search(r"read.only|can.t be written", response.text), response.text
    assert read_only.get(f"/issues/{CRANE}.json").status_code == 200


def test_the_command_line_reads_a_read_only_file(harbour_database, public_folder):
    folder = public_folder / "data"
    folder.mkdir()
    database = copy_database(harbour_database, folder / "base.db")
    options = without_root(public_folder)
    binary = options.pop("binary", BINARY)
    database.chmod(0o444)
    folder.chmod(0o555)
    done = subprocess.run(
        [binary, "diagnose", "--db", database], input=b"E-4410 slew interlock open\n",
        capture_output=True, env=environment(), timeout=60, **options,
    )  # fmt: skip
    assert done.returncode == 0, shown(done)


def raise_schema(database: Path) -> None:
    """Makes the file one of a later program."""
    connection = sqlite3.connect(database)
    [version] = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {version + 1000}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


# Undoes migrations/0006_lists.sql.
SCHEMA_5 = """
DROP TRIGGER issue_index_added; DROP TRIGGER issue_index_changed; DROP TRIGGER issue_index_removed;
DROP TABLE posting; DROP TABLE opening; DROP INDEX issue_deleted; DROP INDEX merge_target;
DROP INDEX report_issue; DROP INDEX report_diagnosis;
CREATE INDEX report_issue ON report (issue_id, created_at);
CREATE INDEX report_diagnosis ON report (diagnosis_id, reporter);
ALTER TABLE diagnosis_issue DROP COLUMN asker;
PRAGMA user_version = 5;
"""


@pytest.mark.parametrize("opener", ["serve", "diagnose"])
def test_a_file_of_an_earlier_version_is_brought_up_and_loses_nothing(harbour_database, tmp_path, opener):
    database = copy_database(harbour_database, tmp_path / "base.db")
    with Server(database) as server:
        record_success(server)
        before = successes(server)
        known = server.diagnose(INTERLOCK)
    connection = sqlite3.connect(database)
    connection.executescript(SCHEMA_5)
    connection.close()
    if opener == "diagnose":
        done = fixbook("diagnose", "--db", database, input=INTERLOCK)
        assert done.returncode == 0, shown(done)
    with Server(database) as server:
        assert successes(server) == before

        def is_as_before() -> bool:
            now = server.diagnose(INTERLOCK)
            return now["verdict"] == "known" and now["matches"][0]["confidence"] == known["matches"][0]["confidence"]

        # A server indexes anew beside its work.
        deadline = time.monotonic() + 20
        while not is_as_before() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert is_as_before()
        record_success(server)
        assert successes(server)[1] == before[1] + 1
    done = fixbook("verify", "--db", database)
    assert done.returncode == 0, shown(done)


@pytest.mark.parametrize(
    "command",
    [["serve", "--listen", "127.0.0.1:0"], ["diagnose"], ["export"], ["search", "crane"]],
    ids=lambda command: command[0],
)
def test_a_file_of_a_newer_version_is_refused_and_left_alone(harbour_database, tmp_path, command):
    database = copy_database(harbour_database, tmp_path / "base.db")
    raise_schema(database)
    before = database.read_bytes()
    done = fixbook(command[0], "--db", database, *command[1:], input="crane stuck\n", timeout=30)
    assert done.returncode == 3, shown(done)
    assert b"newer" in done.stderr
    assert database.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    database = tmp_path / "text.db"
    database.write_text("Just a text, though long enough to be looked at.\n" * 100)
    before = database.read_bytes()
    done = fixbook("serve", "--db", database, "--listen", "127.0.0.1:0", timeout=30)
    assert done.returncode == 3, shown(done)
    assert b"text.db" in done.stderr
    assert database.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path):
    done = fixbook("serve", "--db", tmp_path / "none" / "a.db", "--listen", "127.0.0.1:0")
    assert done.returncode == 3, shown(done)
    assert b"none" in done.stderr


def test_two_servers_on_one_file_both_serve_and_write(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "base.db")
    with (
        Server(database, log=tmp_path / "one.log") as one,
        Server(database, log=tmp_path / "two.log") as two,
    ):
        record_success(one)
        assert successes(two) == [1, 0]
        record_success(two)
        assert one.json("/api/v1/reports", headers=bearer())["results"]


def test_nothing_answers_on_the_old_port_after_a_stop(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "base.db")) as server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
