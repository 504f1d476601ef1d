"""`fixbook run`: a failure is remembered, and the next success asks what fixed it."""

import json
import os
import pty
import select
import stat
import time

import pytest
from harness import BINARY, Server, bearer, copy_database, environment, fixbook, make_token

# Fails while the file is there; what it prints has two fixes in the harbour's guide.
COMMAND = (
    "if test -e broken; then echo 'slewd[312]: E-4410 slew interlock open, motion inhibited'; "
    "exit 7; fi; echo fine"
)


class Terminal:
    """One run of `fixbook run` on a terminal of its own."""

    def __init__(self, folder, *arguments, **variables):
        self.shown = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(BINARY, [BINARY, "run", *map(str, arguments)], state(folder, **variables))

    def read(self, until: str | None = None, within: float = 30) -> str:
        """What it shows, up to a text or its end."""
        deadline = time.monotonic() + within
        while until is None or until not in self.shown:
            left = deadline - time.monotonic()
            assert left > 0, f"{until!r} not shown in: {self.shown}"
            if not select.select([self.fd], [], [], left)[0]:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                assert until is None, f"{until!r} not shown in: {self.shown}"
                break
            self.shown += data.decode()
        return self.shown

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def end(self) -> int:
        self.read()
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def state(folder, **variables):
    return environment(**{"XDG_STATE_HOME": str(folder / "state"), **variables})


def kept(folder) -> list:
    return sorted((folder / "state/fixbook/run").glob("*"))


@pytest.fixture
def place(harbour_database, tmp_path):
    """A folder with a base in it, whose command has just failed."""
    copy_database(harbour_database, tmp_path / "base.db")
    fail(tmp_path)
    return tmp_path


def fail(folder, *flags, **variables):
    (folder / "broken").touch()
    done = fixbook(
        "run", *(flags or ("--db", folder / "base.db")), "--", "sh", "-c", COMMAND,
        cwd=folder, env=state(folder, **variables),
    )  # fmt: skip
    (folder / "broken").unlink()
    assert done.returncode == 7
    return done


def again(folder, *flags, **variables) -> Terminal:
    flags = flags or ("--db", folder / "base.db")
    return Terminal(folder, *flags, "--", "sh", "-c", COMMAND, **variables)


def evidence(folder) -> list[tuple[str, int, int]]:
    with Server(folder / "base.db") as server:
        fixes = server.issue("crane-refuses-to-swing")["fixes"]
    return sorted((f["text"][:5], f["evidence"]["worked"], f["evidence"]["tried"]) for f in fixes)


UNTRIED = [("Close", 0, 0), ("Resta", 0, 0)]


@pytest.mark.parametrize("typed", ["w2\n", "2\n"])
def test_the_fix_that_worked_is_recorded(place, typed):
    terminal = again(place)
    shown = terminal.read("[s]kip: ")
    assert shown.startswith("fine\r\n")
    assert "Crane refuses to swing" in shown and "Restart the slew controller" in shown
    terminal.type(typed)
    assert terminal.end() == 0
    assert sorted(e for e in evidence(place) if e[2])[0][1:] == (1, 1)
    assert not kept(place)
    terminal = again(place)
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"


def test_which_of_several_fixes_is_asked(place):
    terminal = again(place)
    terminal.read("[s]kip: ")
    terminal.type("n\n")
    terminal.read("1-2: ")
    terminal.type("1\n")
    assert terminal.end() == 0
    assert sorted(tried for _, _, tried in evidence(place)) == [0, 1]
    assert all(worked == 0 for _, worked, _ in evidence(place))


def test_something_else_becomes_the_reports_closing(place):
    terminal = again(place)
    terminal.read("[s]kip: ")
    terminal.type("o\n")
    terminal.read("in a line: ")
    terminal.type("The \"fuse\" of bay 3\n")
    assert terminal.end() == 0
    assert evidence(place) == UNTRIED
    with Server(place / "base.db") as server:
        report = server.json("/api/v1/reports", headers=bearer())["results"][0]
    assert (report["state"], report["closed_by"]) == ("resolved", "other")
    assert report["closing_text"] == 'The "fuse" of bay 3'
    assert report["issue"]["slug"] == "crane-refuses-to-swing"


@pytest.mark.parametrize(
    "typed, stays", [("s\n", False), ("\n", True), ("\x03", True), ("\x04", True)]
)
def test_no_answer_records_nothing_and_keeps_the_exit_code(place, typed, stays):
    terminal = again(place)
    terminal.read("[s]kip: ")
    terminal.type(typed)
    assert terminal.end() == 0
    assert evidence(place) == UNTRIED
    assert bool(kept(place)) == stays


def test_it_is_silent_where_nobody_sits(place):
    done = fixbook(
        "run", "--db", place / "base.db", "--", "sh", "-c", COMMAND, cwd=place, env=state(place)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"fine\n", b"")
    terminal = again(place, CI="true")
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"
    # Whoever comes to the terminal later is asked.
    again(place).read("[s]kip: ")


def test_another_command_or_folder_is_not_asked_about(place):
    terminal = Terminal(place, "--db", place / "base.db", "--", "sh", "-c", "echo fine")
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"
    (place / "elsewhere").mkdir()
    terminal = Terminal(
        place / "elsewhere", "--db", place / "base.db", "--", "sh", "-c", COMMAND,
        XDG_STATE_HOME=str(place / "state"),
    )  # fmt: skip
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"


def test_what_is_kept_is_for_its_owner_alone_and_has_nothing_of_the_output(place):
    (file,) = kept(place)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    text = file.read_text()
    assert "slewd" not in text and "broken" not in text
    assert set(json.loads(text)) == {"diagnosis", "failed_at", "issue", "title", "fixes"}


def test_at_most_two_hundred_failures_are_kept(place):
    (first,) = kept(place)
    for index in range(250):
        other = first.with_name(f"{index:032x}.json")
        other.write_text(first.read_text())
        os.utime(other, (time.time() - 1000 - index,) * 2)
    fail(place)
    assert len(kept(place)) == 200
    assert first in kept(place)


def test_a_failure_of_last_week_is_not_asked_about(place):
    (file,) = kept(place)
    failure = json.loads(file.read_text())
    failure["failed_at"] -= 8 * 86_400
    file.write_text(json.dumps(failure))
    terminal = again(place)
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"diagnosis": 3}', "\x00" * 100])
def test_a_broken_file_in_its_folder_changes_nothing(place, content):
    kept(place)[0].write_text(content)
    terminal = again(place)
    assert terminal.end() == 0
    assert terminal.shown == "fine\r\n"


def test_a_state_folder_that_cannot_be_made_changes_nothing(place):
    (place / "file").touch()
    (place / "broken").touch()
    variables = {**state(place), "XDG_STATE_HOME": str(place / "file")}
    done = fixbook(
        "run", "--db", place / "base.db", "--", "sh", "-c", COMMAND, cwd=place, env=variables
    )
    assert done.returncode == 7
    assert b"Crane refuses to swing" in done.stderr


def test_a_server_is_asked_and_told(fresh_harbour, tmp_path):
    server = fresh_harbour
    flags = ("--server", server.url)
    fail(tmp_path, *flags)
    terminal = again(tmp_path, *flags)
    terminal.read("[s]kip: ")
    terminal.type("w1\n")
    assert terminal.end() == 0
    tried = [f["evidence"]["tried"] for f in server.issue("crane-refuses-to-swing")["fixes"]]
    assert sum(tried) == 1
    fail(tmp_path, *flags)
    terminal = again(tmp_path, *flags)
    terminal.read("[s]kip: ")
    terminal.type("o\n")
    terminal.read("in a line: ")
    terminal.type("a = \\ 100 % & ü\n")
    assert terminal.end() == 0
    newest = server.json("/api/v1/reports", headers=bearer())["results"][0]
    assert newest["closing_text"] == "a = \\ 100 % & ü"


def test_with_a_token_it_is_that_persons_word(fresh_harbour, tmp_path):
    server = fresh_harbour
    flags = ("--server", server.url)
    token = make_token(server.database, "read,report")
    before = [f["id"] for f in server.issue("crane-refuses-to-swing")["fixes"]]
    fail(tmp_path, *flags)
    terminal = again(tmp_path, *flags, FIXBOOK_TOKEN=token)
    terminal.read("[s]kip: ")
    terminal.type("w2\n")
    assert terminal.end() == 0
    # A member's success moves a fix up; an anonymous one would not.
    assert [f["id"] for f in server.issue("crane-refuses-to-swing")["fixes"]] == before[::-1]


def test_a_server_that_is_away_costs_a_moment_and_nothing_else(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "base.db")) as server:
        flags = ("--server", server.url)
        fail(tmp_path, *flags)
    terminal = again(tmp_path, *flags)
    terminal.read("[s]kip: ")
    terminal.type("w1\n")
    assert terminal.end() == 0
    assert "not recorded" in terminal.shown
    # It may be said next time.
    assert kept(tmp_path)


def test_what_was_not_known_can_be_told(place):
    line = "frobnicator 9: the quux has lost its grommet"
    command = f"test -e broken && {{ echo '{line}'; exit 3; }}; echo fine"
    flags = ("--db", place / "base.db", "--", "sh", "-c", command)
    (place / "broken").touch()
    fixbook("run", *flags, cwd=place, env=state(place))
    (place / "broken").unlink()
    terminal = Terminal(place, *flags)
    shown = terminal.read("[s]kip: ")
    assert "[w]orked" not in shown
    terminal.type("o\n")
    terminal.read("in a line: ")
    terminal.type("tighten it\n")
    assert terminal.end() == 0
    with Server(place / "base.db") as server:
        report = server.json("/api/v1/reports", headers=bearer())["results"][0]
    assert (report["text"], report["closing_text"]) == (line, "tighten it")


def test_a_machine_records_what_a_commit_says_fixed_it(fresh_harbour, tmp_path):
    server = fresh_harbour
    flags = ("--server", server.url)
    fix = server.issue("crane-refuses-to-swing")["fixes"][0]["id"]
    token = make_token(server.database, "report", kind="automation")
    variables = {"CI": "true", "FIXBOOK_TOKEN": token}
    fail(tmp_path, *flags, **variables)
    done = fixbook(
        "run", *flags, "--fixed-by", str(fix), "--", "sh", "-c", COMMAND,
        cwd=tmp_path, env=state(tmp_path, **variables),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"fine\n", b"")
    counts = server.issue("crane-refuses-to-swing")["fixes"][0]["evidence"]
    assert counts["by_machines"] == {"worked": 1, "tried": 1}
    assert not kept(tmp_path)
