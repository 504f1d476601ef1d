"""Commands and servers that are killed, or whose disk fails, at one change of their files after another."""

import errno
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import httpx
import pytest

import faults
from harness import BINARY, Server, environment, fixbook, problem, shown, succeed
from test_databases import SCHEMA_5
from test_durability import column, eventually, holds, is_sound, write, written
from storm import Storm

# How many changes of each command are tried, besides the last ones.
POINTS = 60 if "FIXBOOK_LONG" in os.environ else 6
LAST_WORD = "in the WAL only"


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return faults.build(tmp_path_factory.mktemp("shims"))


@pytest.fixture(scope="module")
def small_base(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    (folder / "storm.md").write_text("# Storm\n\n## Storm\n\n### Calm\n\n- nothing moves\n- **Fix**: wait\n")
    succeed("import", "--db", folder / "base.db", folder / "storm.md")
    return folder / "base.db"


class Scene:
    """A folder as it is before a command, which is set up anew for every attempt."""

    def __init__(self, library: Path, folder: Path):
        self.library = library
        self.original = folder / "original"
        self.folder = folder / "now"
        self.original.mkdir()
        self.database = self.folder / "base.db"

    def run(self, command: list, **wishes: int) -> tuple[subprocess.CompletedProcess, int]:
        """What a command came to in that folder, and how many changes it made or tried."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.original, self.folder)
        trouble = faults.Faults(self.library, self.folder.with_name("faults"), self.folder)
        trouble.set(**wishes)
        done = fixbook(*command, env=environment(**trouble.env), timeout=60)
        return done, trouble.get("changes")

    def attempts(self, command: list, **wishes: int):
        """The command with a kill, or a fault, at one change after another, the last ones among them."""
        done, count = self.run(command)
        assert done.returncode == 0, shown(done)
        middle = range(1, count - 8, max(1, count // POINTS))
        for number in [*middle, *range(max(1, count - 8), count + 1)]:
            places = {"error_at": number} if wishes else {"kill_at": number}
            yield number, self.run(command, **places, **wishes)[0]


@pytest.fixture
def scene(library, small_base, tmp_path) -> Scene:
    scene = Scene(library, tmp_path)
    shutil.copy(small_base, scene.original / "base.db")
    return scene


@pytest.fixture
def killed_scene(scene) -> Scene:
    """A base whose last write is in the WAL, and a copy of it without that write."""
    base = scene.original / "base.db"
    succeed("backup", "--db", base, scene.original / "copy.db")
    server = Server(base, log=scene.original.with_name("before.log")).start()
    written(server, LAST_WORD)
    server.kill()
    return scene


def reports(database: Path) -> list[str]:
    # Not by a connection: the first one would move the WAL into the file, and hide that there is one.
    lines = succeed("export", "--db", database, "--jsonl")
    return [text for text in (LAST_WORD,) if text in lines]


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if not file.name.endswith(("-wal", "-shm"))}


def test_a_restore_that_is_killed_leaves_the_one_or_the_other(killed_scene):
    scene = killed_scene
    former = Path(f"{scene.database}.before-restore")
    command = ["restore", "--db", scene.database, scene.folder / "copy.db"]
    restored = 0
    for number, _ in scene.attempts(command):
        assert scene.database.exists(), number
        restored += not reports(scene.database)
        assert reports(scene.database) or reports(former), f"the last write is lost at change {number}"
        is_sound(scene.database)
        assert fixbook(*command).returncode == 0
        assert {name for name in files(scene.folder) if "before-restore" not in name} == {"base.db", "copy.db"}
    assert restored


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
@pytest.mark.parametrize("lasts", [0, 1], ids=["once", "from then on"])
def test_a_restore_on_a_failing_disk_changes_nothing_or_succeeds(killed_scene, error, lasts):
    scene = killed_scene
    command = ["restore", "--db", scene.database, scene.folder / "copy.db"]
    for number, done in scene.attempts(command, change_error=error, error_lasts=lasts):
        if done.returncode == 0:
            assert not reports(scene.database)
        else:
            assert done.returncode == 3, shown(done)
            assert reports(scene.database), f"the last write is lost at change {number}"
        is_sound(scene.database)


def test_a_wal_without_its_file_is_not_taken_for_the_restored_one_s(killed_scene):
    scene = killed_scene
    scene.run(["version"])
    scene.database.unlink()
    succeed("restore", "--db", scene.database, scene.folder / "copy.db")
    assert not reports(scene.database)
    is_sound(scene.database)


def test_a_backup_that_is_killed_leaves_a_whole_copy_or_none(scene):
    copy = scene.folder / "copy.db"
    command = ["backup", "--db", scene.database, copy]
    for _ in scene.attempts(command):
        is_sound(scene.database)
        if not copy.exists():
            succeed(*command)
        is_sound(copy)
        assert files(scene.folder) == {"base.db", "copy.db"}


def test_a_migration_that_is_killed_goes_on_with_the_next_start(scene):
    with closing(sqlite3.connect(scene.original / "base.db")) as connection:
        connection.executescript(SCHEMA_5)
    for _ in scene.attempts(["search", "--db", scene.database, "calm"]):
        with closing(sqlite3.connect(scene.database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert "Calm" in succeed("search", "--db", scene.database, "calm")
        is_sound(scene.database)


def winches(folder: Path) -> None:
    folder.mkdir()
    for number in range(30):
        words = " ".join(f"part{number}" for _ in range(200))
        text = f"# Winch {number} jams\n\n## Symptoms\n\nnoise\n\n## Resolution\n\noil {words}\n"
        (folder / f"{number}.md").write_text(text)


def test_an_import_that_is_killed_is_there_as_a_whole_or_not_at_all(scene):
    winches(scene.original / "winches")
    command = ["import", "--quiet", "--db", scene.database, scene.folder / "winches"]
    counted = "SELECT count(*) FROM issue"
    for number, _ in scene.attempts(command):
        assert column(scene.database, counted) in ({1}, {31}), number
        is_sound(scene.database)
        succeed(*command)
        assert column(scene.database, counted) == {31}


def test_a_write_that_was_refused_for_its_flush_is_not_there_after_a_kill(library, small_base, tmp_path):
    """It stands in the WAL with its commit, and only the flush failed."""
    database = Path(shutil.copy(small_base, tmp_path / "base.db"))
    trouble = faults.Faults(library, tmp_path / "faults", database)
    server = Server(database, env=trouble.env).start()
    written(server, "first")
    before = trouble.get("changes")
    written(server, "second")
    flush = trouble.get("changes") - before
    trouble.set(error_at=trouble.get("changes") + flush, change_error=errno.EIO)
    assert problem(write(server, "refused"), 503)["code"] == "disk_failed"
    server.kill()
    is_sound(database)
    assert column(database, "SELECT text FROM report") == {"first", "second"}


def test_a_first_start_that_is_killed_is_whole_or_begun_anew(library, tmp_path):
    scene = Scene(library, tmp_path)
    command = [BINARY, "serve", "--db", scene.database, "--listen", "127.0.0.1:0"]
    for number in (3, 700):
        shutil.rmtree(scene.folder, ignore_errors=True)
        scene.folder.mkdir()
        trouble = faults.Faults(library, tmp_path / "faults", scene.folder)
        trouble.set(kill_at=number)
        killed = subprocess.run(command, capture_output=True, env=environment(**trouble.env), timeout=60)
        assert killed.returncode == -9
        with Server(scene.database, log=tmp_path / f"{number}.log") as server:
            assert server.json("/guides.json")["results"]
            assert "/sign-in?link=" in server.output
        assert column(scene.database, "SELECT name FROM account") == {"admin"}


def test_a_kill_in_a_checkpoint_loses_nothing(library, small_base, tmp_path):
    for number in (1, 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        database = Path(shutil.copy(small_base, folder / "base.db"))
        trouble = faults.Faults(library, folder / "faults", database)
        server = Server(database, env=trouble.env).start()
        storm = Storm(server, clients=4, name=f"checkpoint {number}").run(0.2)
        # Nothing is written from here on but by the checkpoint that an idle server makes.
        trouble.set(kill_at=trouble.get("changes") + number)
        assert eventually(lambda: server.process.poll() is not None)
        server.forget()
        is_sound(database)
        holds(database, storm)


def test_a_keyed_write_that_is_killed_is_carried_out_once(library, small_base, tmp_path):
    keyed = {"headers": {"Idempotency-Key": "once"}}
    trouble = faults.Faults(library, tmp_path / "faults", tmp_path)
    with Server(Path(shutil.copy(small_base, tmp_path / "base.db")), env=trouble.env) as server:
        written(server)
        before = trouble.get("changes")
        assert write(server, "keyed", **keyed).status_code == 201
        count = trouble.get("changes") - before
    replayed = []
    # Before its first change, and before the commit is in the WAL; then before that is flushed.
    for number in (1, count - 1, count):
        folder = tmp_path / str(number)
        folder.mkdir()
        database = Path(shutil.copy(small_base, folder / "base.db"))
        trouble = faults.Faults(library, folder / "faults", database)
        server = Server(database, env=trouble.env).start()
        written(server)
        trouble.set(kill_at=trouble.get("changes") + number)
        with pytest.raises(httpx.TransportError):
            write(server, "keyed", **keyed)
        server.kill()
        with Server(database, log=folder / "second.log") as server:
            response = write(server, "keyed", **keyed)
            assert response.status_code == 201
            replayed.append("idempotency-replayed" in response.headers)
        assert column(database, "SELECT count(*) FROM report WHERE text = 'keyed'") == {1}
    assert replayed == [False, False, True]


def test_a_file_that_is_open_under_another_name_is_refused(small_base, tmp_path):
    """SQLite would keep a WAL for each name, and lose what is in one of them."""
    database = Path(shutil.copy(small_base, tmp_path / "base.db"))
    other = tmp_path / "other.db"
    os.link(database, other)
    with Server(database) as server:
        written(server)
        for command in (["serve", "--listen", "127.0.0.1:0"], ["report", "x"], ["backup", tmp_path / "copy.db"]):
            done = fixbook(command[0], "--db", other, *command[1:], timeout=30)
            assert done.returncode == 3, shown(done)
            assert b"under another name" in done.stderr
        succeed("report", "--db", database, "beside")
    with Server(other, log=tmp_path / "other.log") as server:
        written(server, "under the other name")
    assert column(database, "SELECT count(*) FROM report") == {3}
    is_sound(database)


def test_no_room_for_the_wal_s_index_is_a_full_disk(library, small_base, tmp_path):
    database = Path(shutil.copy(small_base, tmp_path / "base.db"))
    trouble = faults.Faults(library, tmp_path / "faults", database)
    with Server(database, env=trouble.env) as server, closing(sqlite3.connect(database)) as reader:
        written(server)
        # A reader keeps the WAL, and so its index, growing.
        reader.isolation_level = None
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM report").fetchone()
        trouble.fill_disk(faults.INDEX)
        storm = Storm(server, clients=16, name="index").start()
        assert eventually(lambda: storm.refused, 30)
        storm.stop()
        assert set(storm.refused) == {(507, "disk_full")}
        assert server.get("/issues/calm.json").status_code == 200
        trouble.clear()
        assert eventually(lambda: write(server).status_code == 201)
        reader.execute("COMMIT")
        holds(database, storm)
    is_sound(database)
