"""What is acknowledged stays; what goes wrong with file, disk or clock is said and does no harm."""

import errno
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

import faults
from guides import HARBOUR
from harness import (
    ADMIN_TOKEN,
    BINARY,
    Server,
    bearer,
    copy_database,
    environment,
    fixbook,
    problem,
    shown,
    succeed,
)
from storm import Storm

# Those that take their time; `make soak` runs them.
LONG = pytest.mark.skipif("FIXBOOK_LONG" not in os.environ, reason="for `make soak`")
CRANE = "crane-refuses-to-swing"
INTERLOCK = "slewd[312]: E-4410 slew interlock open, motion inhibited"
STORM_GUIDE = "# Storm\n\n## Storm\n\n### Calm\n\n- nothing is seen\n- **Fix**: wait\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return faults.build(tmp_path_factory.mktemp("shims"))


@pytest.fixture
def database(harbour_database, tmp_path) -> Path:
    database = copy_database(harbour_database, tmp_path / "base.db")
    database.chmod(0o600)
    return database


@pytest.fixture
def troubled(library, database, tmp_path):
    """A server, and what may befall it."""
    trouble = faults.Faults(library, tmp_path / "faults", database)
    with Server(database, env=trouble.env) as server:
        yield server, trouble
        trouble.clear()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MiB, where this user may mount one: half a second of writes is far from filling it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not faults.mount("-t", "tmpfs", "-o", "size=24m,mode=0755", "tmpfs", str(folder)):
        pytest.skip("this user may not mount")
    yield folder
    faults.unmount(folder)


def write(server: Server, text: str = "crane stuck", **options):
    return server.post("/api/v1/reports", json={"text": text}, **options)


def written(server: Server, text: str = "crane stuck") -> str:
    response = write(server, text)
    assert response.status_code == 201, response.text
    return response.json()["id"]


def reads_go_on(server: Server) -> None:
    assert server.get(f"/issues/{CRANE}.html").status_code == 200
    assert server.json("/search.json?q=crane")["results"]
    assert server.diagnose(INTERLOCK)["verdict"] == "known"
    assert server.get("/readyz").status_code == 200


def eventually(check, seconds: float = 10):
    """The first true answer within that time, else the last one."""
    until = time.monotonic() + seconds
    while not (answer := check()) and time.monotonic() < until:
        time.sleep(0.05)
    return answer


def recovers(server: Server, seconds: float = 10) -> None:
    assert eventually(lambda: write(server).status_code == 201, seconds), write(server).text
    assert eventually(lambda: server.diagnose(INTERLOCK)["id"])


@contextmanager
def reading(database: Path):
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        yield connection


def column(database: Path, sql: str) -> set:
    with reading(database) as connection:
        return {row[0] for row in connection.execute(sql)}


def is_sound(database: Path) -> None:
    with reading(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    succeed("verify", "--db", database)


def holds(database: Path, *storms: Storm) -> None:
    """Nothing acknowledged is missing, nothing refused is there."""
    stored = column(database, "SELECT text FROM report UNION ALL SELECT title FROM issue")
    for storm in storms:
        missing = set(storm.acknowledged) - stored
        assert not missing, f"{len(missing)} acknowledged writes are lost, like {missing.pop()}"
        mine = {text for text in stored if text.startswith(storm.name + " ")}
        extra = mine - set(storm.acknowledged) - set(storm.unanswered)
        assert not extra, f"{len(extra)} writes that were refused are there, like {extra.pop()}"


def fill(folder: Path) -> Path:
    """Takes all the room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filler


def log_of(server: Server, since: int = 0) -> list[str]:
    return [line for line in server.output[since:].splitlines() if line.startswith("fixbook:")]


# Group commit


def test_a_write_is_answered_after_its_flush(troubled):
    server, trouble = troubled
    written(server)
    trouble.set(sync_microseconds=400_000)
    begun = time.monotonic()
    written(server)
    assert time.monotonic() - begun >= 0.4


def test_writes_that_wait_together_share_a_commit(troubled):
    """32 clients get ten times what one gets when a flush takes 5 ms.

    While the machine is busy with other tests the processor is what they wait for, so that it
    takes a slower disk to see the flushes.
    """
    server, trouble = troubled
    ratios = []
    for milliseconds in (5, 5, 20, 50):
        trouble.set(sync_microseconds=milliseconds * 1_000)
        alone = Storm(server, clients=1, name=f"alone {len(ratios)}").run(1)
        flushes = trouble.get("syncs")
        together = Storm(server, clients=32, name=f"together {len(ratios)}").run(1.5)
        shared = len(together.acknowledged) / (trouble.get("syncs") - flushes)
        ratios.append(together.rate / alone.rate)
        print(
            f"flush {milliseconds} ms: alone {alone.rate:.0f}/s, together {together.rate:.0f}/s, "
            f"{ratios[-1]:.1f} times; {shared:.1f} writes a flush"
        )
        assert not alone.refused and not together.refused
        holds(server.database, alone, together)
        if ratios[-1] >= 10:
            break
    assert max(ratios) >= 10


def test_a_write_that_fails_takes_no_other_with_it(troubled):
    """Refused writes in the same commit as good ones: only they are undone."""
    server, trouble = troubled
    trouble.set(sync_microseconds=20_000)
    fix = server.issue(CRANE)["fixes"][0]["id"]
    answers = []

    def outcome(number: int) -> None:
        with server.new_client(headers=bearer()) as client:
            for _ in range(5):
                report = client.post("/api/v1/reports", json={"text": f"mixed {number}"}).json()
                body = {"fix": fix if number % 2 else 10**9, "result": "worked"}
                path = f"/api/v1/reports/{report['id']}/outcomes"
                answers.append((number % 2, client.post(path, json=body).status_code))

    threads = [threading.Thread(target=outcome, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(answers)) == [(0, 422), (1, 201)]
    assert column(server.database, "SELECT count(*) FROM outcome") == {30}


# Kills


def storm_base(folder: Path) -> Path:
    guide = folder / "storm.md"
    guide.write_text(STORM_GUIDE)
    succeed("import", "--db", folder / "storm.db", guide)
    return folder / "storm.db"


def kill_in_a_storm(database: Path, rounds: int) -> None:
    storms = []
    for number in range(rounds):
        server = Server(database, log=database.with_name(f"round-{number}.log")).start()
        storm = Storm(server, clients=16, name=f"round{number}", issues=6).start()
        assert eventually(lambda: len(storm.acknowledged) > 20)
        time.sleep(random.random() * 0.5)
        server.kill()
        storms.append(storm.join(50))
        assert storm.acknowledged
        assert not storm.refused
        holds(database, storm)
        is_sound(database)
    holds(database, *storms)
    print(sum(len(storm.acknowledged) for storm in storms), "acknowledged writes, none lost")


def test_a_kill_in_a_storm_of_writes_loses_none_that_was_acknowledged(tmp_path):
    kill_in_a_storm(storm_base(tmp_path), rounds=int(os.environ.get("FIXBOOK_ROUNDS", "5")))


def test_the_search_index_stays_in_step(database):
    with Server(database) as server:
        headers = bearer()
        body = {"guide": server.json("/api/v1/guides")["results"][0]["slug"], "title": "Rope frays"}
        body |= {"section": server.issue(CRANE)["section"], "markdown": "- strands stand out\n"}
        made = server.post("/api/v1/issues", json=body).json()
        path = f"/api/v1/issues/{made['slug']}"
        for text in ("- strands stand out\n- **Fix**: splice it\n", "- worn\n"):
            tag = {"If-Match": "*"}
            edit = {"title": "Rope frays", "section": body["section"], "markdown": text}
            changed = server.client.put(path, json=edit, headers=headers | tag)
            assert changed.status_code == 200, changed.text
        is_sound(database)
        gone = server.client.delete(f"/api/v1/issues/{CRANE}", headers=headers | tag)
        assert gone.status_code in (200, 204), gone.text
        is_sound(database)


def test_a_first_start_that_is_killed_is_begun_anew(tmp_path):
    database = tmp_path / "new.db"
    for wait in (0.03, 0.06, 0.1, 0.2):
        process = subprocess.Popen(
            [BINARY, "serve", "--db", database, "--listen", "127.0.0.1:0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
        )  # fmt: skip
        time.sleep(wait)
        process.kill()
        process.wait()
    with Server(database) as server:
        assert server.json("/guides.json")["results"]
    assert column(database, "SELECT name FROM account") == {"admin"}
    is_sound(database)


# A full disk


def test_a_full_disk_is_said_and_over_when_there_is_room(small_disk, harbour_database):
    database = copy_database(harbour_database, small_disk / "base.db")
    with Server(database, log=small_disk.parent / "server.log") as server:
        written(server, "before")
        said = len(server.output)
        filler = fill(small_disk)
        storm = Storm(server, clients=8, name="full").start()
        assert eventually(lambda: storm.refused)
        document = problem(write(server, "refused " * 2000), 507)
        assert document["code"] == "disk_full"
        reads_go_on(server)
        assert server.diagnose(INTERLOCK)["id"] is None
        time.sleep(0.5)
        storm.stop()
        assert set(storm.refused) == {(507, "disk_full")}
        assert len(log_of(server, said)) <= 3, server.output
        filler.unlink()
        recovers(server)
        assert "stored again" in server.output
        after = Storm(server, clients=8, name="after").run(0.5)
        assert not after.refused
        holds(database, storm, after)
    assert not column(database, "SELECT text FROM report WHERE text LIKE 'refused%'")
    is_sound(database)


def test_a_start_on_a_full_disk_serves_and_writes_later(small_disk, harbour_database):
    database = copy_database(harbour_database, small_disk / "base.db")
    filler = fill(small_disk)
    with Server(database, log=small_disk.parent / "server.log") as server:
        reads_go_on(server)
        assert write(server).status_code in (503, 507)
        filler.unlink()
        recovers(server, 15)
    is_sound(database)


@pytest.mark.parametrize("only", [0, faults.WAL], ids=["nothing grows", "the WAL does not grow"])
def test_no_room_for_a_write(troubled, only):
    server, trouble = troubled
    first = server.diagnose(INTERLOCK)["id"]
    trouble.fill_disk(only)
    assert problem(write(server, "refused"), 507)["code"] == "disk_full"
    reads_go_on(server)
    assert server.diagnose(INTERLOCK)["id"] is None
    assert server.json(f"/diagnoses/{first}.json")["verdict"] == "known"
    trouble.clear()
    recovers(server)
    assert column(server.database, "SELECT text FROM report") == {"crane stuck"}


def test_a_diagnosis_that_has_its_id_when_the_disk_fills_keeps_it(troubled):
    server, trouble = troubled
    trouble.fill_disk()
    answer = server.diagnose(INTERLOCK)
    assert answer["id"], "nothing was known of the full disk yet"
    assert eventually(lambda: server.diagnose(INTERLOCK)["id"] is None)
    assert server.json(f"/diagnoses/{answer['id']}.json")["verdict"] == "known"
    trouble.clear()
    recovers(server)
    stored = "SELECT id FROM diagnosis"
    assert eventually(lambda: answer["id"] in column(server.database, stored))


def test_writes_go_on_while_the_wal_cannot_be_moved_into_the_file(troubled):
    """The file has no room to grow, the WAL has: nothing is refused, the log is not flooded."""
    server, trouble = troubled
    wal = Path(f"{server.database}-wal")
    said = len(server.output)
    trouble.fill_disk(faults.DATABASE)
    storm = Storm(server, clients=16, name="stuck").run(2)
    assert not storm.refused
    assert eventually(lambda: trouble.get("write_failures"))
    assert len(log_of(server, said)) <= 2, server.output
    trouble.clear()
    written(server)
    assert eventually(lambda: wal.stat().st_size == 0), wal.stat().st_size
    holds(server.database, storm)


def test_a_limit_of_file_size_is_a_full_disk(database):
    limit = database.stat().st_size + 64 * 1024
    options = {"preexec_fn": faults.limit_file_size(limit)}
    with Server(database, **options) as server:
        storm = Storm(server, clients=8, name="limited").start()
        assert eventually(lambda: storm.refused)
        storm.stop()
        assert set(storm.refused) == {(507, "disk_full")}
        reads_go_on(server)
        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE,
            (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
        )  # fmt: skip
        recovers(server)
        holds(database, storm)


# Failing disks


@pytest.mark.parametrize(
    "wish, status, code",
    [
        ({"write_error": errno.EIO}, 503, "disk_failed"),
        ({"sync_error": errno.EIO}, 503, "disk_failed"),
        ({"sync_error": errno.ENOSPC}, 507, "disk_full"),
        ({"write_error": errno.EDQUOT}, 507, "disk_full"),
        ({"write_error": errno.EROFS}, 503, "read_only"),
    ],
    ids=["write EIO", "flush EIO", "flush ENOSPC", "quota", "write EROFS"],
)
def test_a_disk_that_fails_is_said_and_over_when_it_works(troubled, wish, status, code):
    server, trouble = troubled
    written(server, "before")
    trouble.set(**wish)
    for _ in range(20):
        document = problem(write(server, "refused"), status)
        assert document["code"] == code
    reads_go_on(server)
    assert len(log_of(server)) == 1, server.output
    trouble.clear()
    recovers(server)
    assert column(server.database, "SELECT text FROM report") == {"before", "crane stuck"}
    is_sound(server.database)


def test_a_disk_that_cannot_be_read(troubled):
    server, trouble = troubled
    # More clients than the server keeps connections: some have nothing cached.
    trouble.set(read_error=errno.EIO)
    for _ in range(10):
        assert server.get("/reports.json", headers=bearer()).status_code in (200, 503)
    assert server.get("/healthz").status_code == 200
    trouble.clear()
    reads_go_on(server)
    written(server)


# Files that can't be written


def test_a_read_only_mount_is_served_and_written_when_it_can_be(harbour_database, tmp_path):
    data, mounted = tmp_path / "data", tmp_path / "mounted"
    data.mkdir()
    mounted.mkdir()
    copy_database(harbour_database, data / "base.db")
    # What others left beside the copied file goes into it.
    with closing(sqlite3.connect(data / "base.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if not faults.mount("--bind", str(data), str(mounted)):
        pytest.skip("this user may not mount")
    try:
        assert faults.mount("-o", "remount,ro,bind", str(mounted))
        with Server(mounted / "base.db", log=tmp_path / "server.log") as server:
            assert "Read only" in server.output
            reads_go_on(server)
            assert problem(write(server), 503)["code"] == "read_only"
            assert server.diagnose(INTERLOCK)["id"] is None
            assert sorted(file.name for file in data.iterdir()) == ["base.db"]
            assert faults.mount("-o", "remount,rw,bind", str(mounted))
            recovers(server, 15)
        is_sound(data / "base.db")
    finally:
        faults.unmount(mounted)


def test_last_writes_that_a_read_only_mount_hides_are_not_passed_over(database, tmp_path):
    """A WAL without its index can't be read there: better no answer than an old one."""
    server = Server(database).start()
    written(server, "the last word")
    server.kill()
    Path(f"{database}-shm").unlink()
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    if not faults.mount("--bind", str(tmp_path), str(mounted)):
        pytest.skip("this user may not mount")
    try:
        assert faults.mount("-o", "remount,ro,bind", str(mounted))
        done = fixbook("serve", "--db", mounted / "base.db", "--listen", "127.0.0.1:0", timeout=30)
        assert done.returncode == 3, shown(done)
        assert b"base.db-wal" in done.stderr
    finally:
        faults.unmount(mounted)
    with Server(database, log=tmp_path / "again.log"):
        assert column(database, "SELECT text FROM report") == {"the last word"}


def test_permissions_taken_away_from_a_running_server_hold_from_its_next_start(database):
    """As for any program: what is open stays open."""
    with Server(database) as server:
        written(server)
        database.chmod(0o400)
        written(server)
        reads_go_on(server)


# Files that go away


def test_a_removed_file_is_not_written_any_more(database):
    kept = database.with_name("kept.db")
    with Server(database) as server:
        written(server, "before")
        os.link(database, kept)
        database.unlink()
        for _ in range(20):
            document = problem(write(server, "refused"), 503)
            assert document["code"] == "read_only"
        assert "removed" in document["detail"]
        reads_go_on(server)
        assert server.diagnose(INTERLOCK)["id"] is None
        assert len(log_of(server)) == 1, server.output
        assert not database.exists()
        os.link(kept, database)
        recovers(server)
    assert column(database, "SELECT text FROM report") == {"before", "crane stuck"}
    is_sound(database)


def test_reads_of_a_removed_file_go_on_with_many_clients(database):
    with Server(database) as server:
        written(server)
        database.unlink()
        statuses = []

        def read() -> None:
            with server.new_client() as client:
                for _ in range(20):
                    statuses.append(client.get("/search.json?q=crane").status_code)

        threads = [threading.Thread(target=read) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) == {200}


def test_another_file_in_its_place_is_left_alone(database, harbour_database, tmp_path):
    other = copy_database(harbour_database, tmp_path / "other.db")
    succeed("token", "create", "--db", other, "--name", "mark", "--scope", "read")
    content = other.read_bytes()
    old = tmp_path / "old.db"
    with Server(database) as server:
        before = Storm(server, clients=4, name="before").run(0.3)
        os.link(database, old)
        os.replace(other, database)
        assert problem(write(server, "refused"), 503)["code"] == "read_only"
        reads_go_on(server)
        assert database.read_bytes() == content
    assert database.read_bytes() == content
    with Server(database, log=tmp_path / "second.log") as server:
        written(server)
    is_sound(database)
    # What was acknowledged before is in the file that was taken away, whole by itself.
    lone = tmp_path / "lone" / "old.db"
    lone.parent.mkdir()
    shutil.copy(old, lone)
    holds(lone, before)
    is_sound(lone)


@pytest.mark.parametrize("suffixes", [["-wal"], ["-shm"], ["-wal", "-shm"]], ids="+".join)
def test_a_wal_that_somebody_removes_takes_no_acknowledged_write_with_it(
    database, tmp_path, suffixes
):
    """They look like leftovers, but hold what is not in the file yet."""
    server = Server(database).start()
    try:
        storm = Storm(server, clients=8, name="before").start()
        assert eventually(lambda: len(storm.acknowledged) > 50)
        for suffix in suffixes:
            Path(f"{database}{suffix}").unlink()
        assert eventually(lambda: storm.refused)
        storm.stop()
        assert set(storm.refused) == {(503, "read_only")}
        for _ in range(20):
            assert problem(write(server, "refused"), 503)["code"] == "read_only"
        reads_go_on(server)
        [line] = log_of(server)
        assert "-wal" in line
    finally:
        server.kill()
    holds(database, storm)
    with Server(database, log=tmp_path / "second.log") as server:
        written(server)
    is_sound(database)


def test_a_wal_that_another_process_has_begun_is_left_to_it(database):
    """Both would move pages into the file, each unaware of the other."""
    server = Server(database).start()
    written(server, "in the file")
    wal = Path(f"{database}-wal")
    assert eventually(lambda: wal.stat().st_size == 0)
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink()
    done = fixbook("report", "--db", database, "refused")
    assert done.returncode == 3 and b"-wal" in done.stderr, shown(done)
    with closing(sqlite3.connect(database)) as other:
        put = "INSERT INTO setting (name, value) VALUES (?, '')"
        other.execute(put, ["before"])
        other.commit()
        assert problem(write(server, "refused"), 503)["code"] == "read_only"
        server.stop()
        other.execute(put, ["after"])
        other.commit()
    assert {"before", "after"} <= column(database, "SELECT name FROM setting")
    assert column(database, "SELECT text FROM report") == {"in the file"}
    is_sound(database)


# Damage


def damage(database: Path, table: str) -> None:
    """Overwrites the root page of a table."""
    with reading(database) as connection:
        [size] = connection.execute("PRAGMA page_size").fetchone()
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        [page] = connection.execute(sql, [table]).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def test_a_damaged_page_is_said_and_does_not_spread(database, tmp_path):
    with Server(database, log=tmp_path / "first.log") as server:
        written(server)
    damage(database, "report")
    with Server(database) as server:
        said = len(server.output)
        assert problem(server.get("/api/v1/reports", headers=bearer()), 503)["code"] == "damaged"
        for _ in range(10):
            assert problem(write(server), 503)["code"] == "damaged"
        assert server.get(f"/issues/{CRANE}.html").status_code == 200
        assert server.json("/search.json?q=crane")["results"]
        answer = server.diagnose(INTERLOCK)
        assert (answer["verdict"], answer["id"]) == ("known", None)
        [line] = log_of(server, said)
        assert "damaged" in line and "verify" in line
    done = fixbook("verify", "--db", database)
    assert done.returncode == 3, shown(done)
    assert re.search(rb"damaged: .*\breport\b", done.stderr), shown(done)


def test_damage_beside_a_running_server(database):
    with Server(database) as server:
        written(server)
        wal = Path(f"{database}-wal")
        assert eventually(lambda: wal.stat().st_size == 0)
        damage(database, "question")
        # A first diagnosis may be answered from what is cached; the count of questions meets it.
        for _ in range(3):
            server.diagnose(INTERLOCK)
        reads_go_on(server)


@pytest.mark.parametrize("size", [0, 100, 8192], ids=["emptied", "cut in page 1", "cut"])
def test_a_file_cut_short_does_not_end_the_server(database, size):
    """As `cp` over the running server's file does, before it copies."""
    with Server(database) as server:
        written(server)
        os.truncate(database, size)
        for _ in range(12):
            for path in ("/", "/search?q=crane", f"/issues/{CRANE}", "/recent"):
                assert server.get(path, accept="text/html").status_code in (200, 404, 503)
            assert write(server).status_code in (201, 503)
        assert server.get("/healthz").status_code == 200
    done = fixbook("verify", "--db", database)
    assert done.returncode == 3, shown(done)


# What is no knowledge base


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    database = tmp_path / "other.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE plant (name TEXT)")
    content = database.read_bytes()
    done = fixbook("serve", "--db", database, "--listen", "127.0.0.1:0", timeout=30)
    assert done.returncode == 3, shown(done)
    assert b"other.db" in done.stderr and b"another program" in done.stderr
    assert database.read_bytes() == content


def test_an_empty_file_is_a_new_one(tmp_path):
    database = tmp_path / "empty.db"
    database.touch()
    with Server(database) as server:
        assert server.json("/guides.json")["results"]
        assert "/sign-in" in server.output


@pytest.mark.parametrize("verb", ["serve", "verify", "backup"])
def test_a_folder_is_no_file(tmp_path, verb):
    more = {"serve": ["--listen", "127.0.0.1:0"], "backup": [tmp_path / "copy.db"]}
    done = fixbook(verb, "--db", tmp_path, *more.get(verb, []), timeout=30)
    assert done.returncode == 3, shown(done)
    assert b"folder" in done.stderr


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    if os.geteuid() == 0:
        mounted = tmp_path / "mounted"
        mounted.mkdir()
        if not faults.mount("-t", "tmpfs", "-o", "ro", "tmpfs", str(mounted)):
            pytest.skip("this user may not mount")
        folder = mounted
    else:
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o555)
    try:
        done = fixbook("serve", "--db", folder / "a.db", "--listen", "127.0.0.1:0", timeout=30)
        assert done.returncode == 3, shown(done)
        assert b"can't be written" in done.stderr
    finally:
        if os.geteuid() == 0:
            faults.unmount(folder)


# Several processes


def test_two_servers_write_at_once_and_see_each_other(database, tmp_path):
    with (
        Server(database, log=tmp_path / "one.log") as one,
        Server(database, log=tmp_path / "two.log") as two,
    ):
        storm = Storm(one, two, clients=16, name="both").start()
        time.sleep(0.5)
        for writer, reader in [(one, two), (two, one)] * 3:
            assert reader.get(f"/api/v1/reports/{written(writer)}").status_code == 200
        time.sleep(0.5)
        storm.stop()
        assert not storm.refused
        print(f"slowest of {len(storm.acknowledged)} writes: {storm.slowest:.2f} s")
        assert storm.slowest < 5
        holds(database, storm)
    is_sound(database)


def test_writes_wait_while_another_process_holds_the_file(database):
    with Server(database) as server, closing(sqlite3.connect(database)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        storm = Storm(server, clients=8, name="waiting").start()
        time.sleep(1.5)
        reads_go_on(server)
        assert not storm.acknowledged
        other.execute("COMMIT")
        assert eventually(lambda: storm.acknowledged)
        storm.stop()
        assert not storm.refused


@LONG
def test_a_write_that_waited_for_half_a_minute_is_told_to_come_back(database):
    with Server(database) as server, closing(sqlite3.connect(database)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        response = write(server, timeout=60)
        assert 29 < time.monotonic() - begun < 35
        assert problem(response, 503)["code"] == "busy"
        assert int(response.headers["retry-after"]) > 0
        reads_go_on(server)
        assert len(log_of(server)) == 1, server.output
        other.execute("COMMIT")
        recovers(server)


@LONG
def test_a_stop_does_not_wait_for_another_process(database):
    server = Server(database).start()
    with closing(sqlite3.connect(database)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        storm = Storm(server, clients=4, name="held").start()
        time.sleep(0.5)
        server.stop()
        storm.stop()
        other.execute("COMMIT")
    holds(database, storm)


def test_an_import_beside_a_storm_fails_nobody(database, tmp_path):
    issues = "".join(
        f"\n### Winch {number} jams\n\n- winch {number} makes a noise\n- **Fix**: oil winch {number}\n"
        for number in range(400)
    )
    (tmp_path / "winches.md").write_text(f"# Winches\n\n## Jams\n{issues}")
    with Server(database) as server:
        storm = Storm(server, clients=8, name="beside").start()
        time.sleep(0.2)
        succeed("import", "--db", database, tmp_path / "winches.md")
        assert server.get("/issues/winch-399-jams.json").status_code == 200
        time.sleep(0.2)
        storm.stop()
        assert not storm.refused
        holds(database, storm)
    is_sound(database)


def test_a_backup_in_a_storm_is_sound_and_restores(database, tmp_path):
    copy = tmp_path / "copy.db"
    with Server(database) as server:
        storm = Storm(server, clients=8, name="storm").start()
        assert eventually(lambda: len(storm.acknowledged) > 50)
        before = set(storm.acknowledged)
        succeed("backup", "--db", database, copy)
        assert copy.stat().st_mode & 0o777 == 0o600
        storm.stop()
        done = fixbook("restore", "--db", database, copy)
        assert done.returncode == 3 and b"in use" in done.stderr, shown(done)
        reads_go_on(server)
        assert not storm.refused
        written(server, "after the backup")
    is_sound(copy)
    assert before <= column(copy, "SELECT text FROM report")
    server = Server(database, log=tmp_path / "second.log").start()
    written(server, "in the WAL only")
    server.kill()
    succeed("restore", "--db", database, copy)
    assert "after the backup" not in column(database, "SELECT text FROM report")
    is_sound(database)
    former = Path(f"{database}.before-restore")
    texts = column(former, "SELECT text FROM report")
    assert {"after the backup", "in the WAL only"} <= texts
    with Server(database, log=tmp_path / "third.log") as server:
        written(server)


def test_a_second_restore_keeps_what_the_first_put_aside(database, tmp_path):
    """Whoever took the wrong backup first still has the last writes."""
    succeed("backup", "--db", database, tmp_path / "copy.db")
    with Server(database) as server:
        written(server, "after the backup")
    for _ in range(3):
        done = fixbook("restore", "--db", database, tmp_path / "copy.db")
        assert done.returncode == 0, shown(done)
    aside = [Path(f"{database}.before-restore{end}") for end in ("", "-2", "-3")]
    assert "after the backup" in column(aside[0], "SELECT text FROM report")
    assert str(aside[2]) in done.stderr.decode()
    assert all(file.exists() for file in aside)


def test_a_restored_file_belongs_to_whom_the_former_one_did(database, tmp_path):
    """The service that goes on with it is not who restores it, who is root."""
    succeed("backup", "--db", database, tmp_path / "copy.db")
    database.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(database, 12345, 12346)
    former = database.stat()
    succeed("restore", "--db", database, tmp_path / "copy.db")
    now = database.stat()
    assert (now.st_mode, now.st_uid, now.st_gid) == (former.st_mode, former.st_uid, former.st_gid)


def test_a_file_behind_a_symbolic_link(database, tmp_path):
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(database)
    with Server(link) as server:
        written(server, "through the link")
        succeed("backup", "--db", link, tmp_path / "copy.db")
        done = fixbook("restore", "--db", link, tmp_path / "copy.db")
        assert done.returncode == 3 and b"in use" in done.stderr, shown(done)
    succeed("restore", "--db", link, tmp_path / "copy.db")
    assert link.is_symlink()
    assert column(database, "SELECT text FROM report") == {"through the link"}
    is_sound(database)


def test_a_damaged_file_can_be_restored(database, tmp_path):
    succeed("backup", "--db", database, tmp_path / "copy.db")
    database.write_bytes(b"\xa5" * 100_000)
    succeed("restore", "--db", database, tmp_path / "copy.db")
    is_sound(database)


# Clocks


def test_a_clock_that_goes_back_changes_no_order(troubled):
    server, trouble = troubled
    fix = server.issue(CRANE)["fixes"][0]["id"]
    report = written(server, "first")
    path = f"/api/v1/reports/{report}/outcomes"
    assert server.post(path, json={"fix": fix, "result": "worked"}).status_code == 201
    trouble.set(clock_seconds=-7200)
    assert server.post(path, json={"fix": fix, "result": "no_effect"}).status_code == 201
    found = server.json(f"/api/v1/reports/{report}")
    assert found["state"] == "unresolved"
    assert [outcome["result"] for outcome in found["outcomes"]] == ["worked", "no_effect"]
    assert server.issue(CRANE)["fixes"][0]["evidence"]["worked"] == 0
    modified = server.get(f"/issues/{CRANE}.json").headers["last-modified"]
    assert parsedate_to_datetime(modified).timestamp() <= time.time() - 7_200
    written(server, "second")
    listed = server.json("/api/v1/reports", headers=bearer())["results"]
    assert [entry["text"] for entry in listed] == ["second", "first"]


def test_the_change_stream_keeps_its_order_when_the_clock_goes_back(troubled):
    server, trouble = troubled
    for number, shift in enumerate((0, -86_400, 3_600, -3_600)):
        trouble.set(clock_seconds=shift)
        body = {"guide": "harbour-crane", "title": f"Change {number}", "markdown": "- seen\n"}
        guides = server.json("/api/v1/guides")["results"]
        body["guide"] = guides[0]["slug"]
        body["section"] = server.issue(CRANE)["section"]
        response = server.post("/api/v1/issues", json=body)
        assert response.status_code == 201, response.text
    trouble.set(clock_seconds=0)
    changes = server.json("/api/v1/changes?limit=100")
    titles = [entry["issue"]["title"] for entry in changes["results"] if entry.get("issue")]
    mine = [title for title in titles if title.startswith("Change ")]
    assert mine in (sorted(mine), sorted(mine, reverse=True)) and len(mine) == 4, titles


def test_a_limit_is_not_lifted_by_the_clock(troubled):
    server, trouble = troubled
    wrong = {"Authorization": "Bearer fxb_wrong"}
    statuses = [server.get("/reports.json", headers=wrong).status_code for _ in range(70)]
    assert statuses[0] == 401 and statuses[-1] == 429
    for shift in (3_600, -3_600):
        trouble.set(clock_seconds=shift)
        assert server.get("/reports.json", headers=wrong).status_code == 429


def test_a_jump_of_the_clock_neither_stops_nor_hurries_the_server(troubled):
    server, trouble = troubled
    for shift in (86_400 * 3650, -86_400 * 3650, 0):
        trouble.set(clock_seconds=shift)
        begun = time.monotonic()
        written(server)
        reads_go_on(server)
        assert time.monotonic() - begun < 5


# The WAL


def test_the_wal_shrinks_after_a_long_reader(database):
    wal = Path(f"{database}-wal")
    with Server(database) as server, closing(sqlite3.connect(database)) as reader:
        written(server)
        reader.isolation_level = None
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM report").fetchone()
        storm = Storm(server, clients=16, name="long").run(1.5)
        assert wal.stat().st_size > 1_000_000
        reader.execute("COMMIT")
        assert eventually(lambda: wal.stat().st_size == 0), wal.stat().st_size
        holds(database, storm)
    assert not wal.exists()


def test_a_stop_leaves_one_file(database):
    with Server(database) as server:
        Storm(server, clients=4).run(0.2)
    assert [file.name for file in database.parent.glob("base.db*")] == ["base.db"]
    with Server(database, log=database.with_suffix(".second")) as server:
        reads_go_on(server)
    assert [file.name for file in database.parent.glob("base.db*")] == ["base.db"]


# Stops


def test_a_stop_in_a_storm_answers_what_was_begun(database):
    server = Server(database).start()
    storm = Storm(server, clients=32, name="stop").start()
    assert eventually(lambda: len(storm.acknowledged) > 100)
    begun = time.monotonic()
    server.stop()
    taken = time.monotonic() - begun
    storm.stop()
    assert taken < 5, taken
    assert not storm.refused, storm.refused
    lost = set(storm.unanswered) & column(database, "SELECT text FROM report")
    assert not lost, f"{len(lost)} writes were stored but not answered"
    holds(database, storm)
    is_sound(database)


def test_a_stop_while_writes_wait_for_another_process_ends_in_time(database):
    server = Server(database).start()
    with closing(sqlite3.connect(database)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        storm = Storm(server, clients=4, name="held").start()
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        other.execute("COMMIT")
        assert server.process.wait(10) == 0
        server.forget()
        storm.stop()
    holds(database, storm)


# Who may read the file


@pytest.mark.parametrize("mask", [0, 0o022, 0o777])
def test_a_new_file_is_its_owners_alone(tmp_path, mask):
    database = tmp_path / "new.db"
    with Server(database, "--no-guides", preexec_fn=lambda: os.umask(mask)) as server:
        written(server)
        for suffix in ("", "-wal", "-shm"):
            assert Path(f"{database}{suffix}").stat().st_mode & 0o777 == 0o600, suffix
