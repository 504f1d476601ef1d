"""Everything in one file of JSON Lines, out of one knowledge base and into another."""

import gzip
import json
import resource
import subprocess

import pytest

from guides import HARBOUR
from harness import BINARY, Server, bearer, copy_database, environment, fixbook, shown, succeed

CRANE = "crane-refuses-to-swing"
SECRET = "AKIAIOSFODNN7EXAMPLE"


@pytest.fixture(scope="module")
def lived(harbour_database, tmp_path_factory):
    """A base that people worked with through the real server."""
    database = copy_database(harbour_database, tmp_path_factory.mktemp("lived") / "lived.db")
    with Server(database) as server:
        def put(slug, **fields):
            issue = server.issue(slug)
            body = {name: issue[name] for name in ("title", "section", "markdown")} | fields
            answer = server.client.put(
                f"/api/v1/issues/{slug}", json=body | {"base": issue["revision"]}, headers=bearer()
            )
            assert answer.status_code == 200, answer.text

        put(CRANE, title="Crane does not swing", section="Cranes")
        put("gate-camera-stays-dark", markdown="- black after a power cut\n- **Fix**: Power it again.\n")
        diagnosis = server.diagnose(f"key {SECRET}\nslewd[312]: E-4410 slew interlock open, motion inhibited\n", "?keep=1")
        report = server.post("/api/v1/reports", {"text": f"stuck, key {SECRET}", "issue": "crane-does-not-swing"}).json()
        fix = server.issue("crane-does-not-swing")["fixes"][1]["id"]
        for path in (f"reports/{report['id']}", f"diagnoses/{diagnosis['id']}"):
            done = server.post(f"/api/v1/{path}/outcomes", {"fix": fix, "result": "worked", "observed": "slew ready"})
            assert done.status_code == 201, done.text
        server.post("/api/v1/issues/crane-does-not-swing/verify", {"against": "firmware 4"})
        merged = server.post("/api/v1/issues/hoist-brake-overheats/merge", {"into": "crane-does-not-swing"})
        assert merged.status_code == 200, merged.text
        suggested = server.post("/api/v1/suggestions", {"issue": "gate-camera-stays-dark", "title": "Gate camera", "section": "Quay", "markdown": "- dark"})
        assert suggested.status_code == 201, suggested.text
        gone = server.client.delete("/api/v1/issues/berth-booking-code-is-rejected", headers=bearer() | {"If-Match": "*"})
        assert gone.status_code in (200, 204), gone.text
    return database


def export(database, *flags) -> bytes:
    done = fixbook("export", "--db", database, "--jsonl", *flags)
    assert done.returncode == 0, shown(done)
    return done.stdout


def test_a_base_that_was_worked_with_comes_back_byte_for_byte(lived, tmp_path):
    lines = export(lived)
    assert SECRET.encode() not in lines
    types = [json.loads(line)["type"] for line in lines.splitlines()]
    assert types[0] == "fixbook" and types[-1] == "end"
    assert {"guide", "section", "issue", "slug", "revision", "fix", "report", "outcome", "diagnosis",
            "merge", "suggestion", "verification", "change"} <= set(types)  # fmt: skip
    (tmp_path / "all.jsonl").write_bytes(lines)
    succeed("import", "--db", tmp_path / "new.db", tmp_path / "all.jsonl")
    assert export(tmp_path / "new.db") == lines
    assert succeed("verify", "--db", tmp_path / "new.db").endswith(": ok\n")


def test_the_other_server_answers_the_same(lived, tmp_path):
    (tmp_path / "all.jsonl").write_bytes(export(lived))
    succeed("import", "--db", tmp_path / "new.db", tmp_path / "all.jsonl")
    answers = []
    for database in (copy_database(lived, tmp_path / "old.db"), tmp_path / "new.db"):
        with Server(database) as server:
            def ask(path):
                answer = server.get(path, follow_redirects=True, headers=bearer())
                return answer.status_code, answer.text.replace(server.url, "")

            answers.append([
                ask(path)
                for path in (
                    "/api/v1/issues", "/api/v1/issues/crane-does-not-swing", f"/api/v1/issues/{CRANE}",
                    "/api/v1/issues/crane-does-not-swing/revisions", "/guides/harbour-runbook.md",
                    "/api/v1/reports", "/api/v1/suggestions", "/api/v1/changes", "/feed.atom",
                    "/api/v1/issues/berth-booking-code-is-rejected", "/api/v1/search?q=slew+interlock",
                )  # fmt: skip
            ])
    assert answers[0] == answers[1]


def test_it_may_be_packed(lived, tmp_path):
    file = tmp_path / "all.jsonl.gz"
    succeed("export", "--db", lived, "--jsonl", "--output", file)
    assert gzip.decompress(file.read_bytes()) == export(lived)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["all.jsonl.gz"]
    told = json.loads(succeed("import", "--db", tmp_path / "new.db", "--json", file))
    assert told["guide"] == 1 and told["issue"] == 4
    assert export(tmp_path / "new.db") == export(lived)
    # Several members are one file too (RFC 1952 §2.2).
    lines = export(lived).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:9])) + gzip.compress(b"".join(lines[9:])))
    succeed("import", "--db", tmp_path / "newer.db", file)
    assert export(tmp_path / "newer.db") == export(lived)


@pytest.mark.parametrize("cut", ["line", "gzip"])
def test_a_file_that_was_cut_off_is_refused_whole(lived, tmp_path, cut):
    lines = export(lived)
    if cut == "line":
        file = tmp_path / "cut.jsonl"
        file.write_bytes(lines[: lines.rindex(b"\n", 0, -1) + 1])
    else:
        file = tmp_path / "cut.jsonl.gz"
        packed = gzip.compress(lines)
        file.write_bytes(packed[: len(packed) - 9])
    done = fixbook("import", "--db", tmp_path / "new.db", file)
    assert done.returncode == 3, shown(done)
    assert b"cut off" in done.stderr
    assert fixbook("export", "--db", tmp_path / "new.db").returncode == 3


def test_a_corpus_of_issues_is_told_apart(tmp_path):
    file = tmp_path / "corpus.jsonl"
    file.write_text(json.dumps({"guide": "Weather", "title": "Vane is frozen", "body": "- ice"}) + "\n")
    done = fixbook("import", "--db", tmp_path / "base.db", file)
    assert b"1 issue" in done.stderr, shown(done)


def test_a_base_that_has_the_guide_already_says_so(lived, tmp_path, harbour_database):
    (tmp_path / "all.jsonl").write_bytes(export(lived))
    target = copy_database(harbour_database, tmp_path / "harbour.db")
    done = fixbook("import", "--db", target, tmp_path / "all.jsonl")
    assert done.returncode == 3
    assert b"all.jsonl:2: this guide is not taken: UNIQUE constraint failed: guide.slug" in done.stderr
    assert succeed("export", "--db", target) == HARBOUR


def test_standard_output_that_is_full_is_an_error(lived):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [BINARY, "export", "--db", lived, "--jsonl"], stdout=full, stderr=subprocess.PIPE, env=environment()
        )
    assert done.returncode == 3
    assert b"No space left" in done.stderr


def test_a_large_base_goes_through_in_little_memory(tmp_path):
    """60 MB of reports; the export itself is larger than what either side may take."""
    database, file = tmp_path / "large.db", tmp_path / "large.jsonl"
    header = {"type": "fixbook", "format": 1, "base": "b"}
    with file.open("w") as out:
        out.write(json.dumps(header) + "\n")
        for number in range(6_000):
            report = {
                "type": "report", "id": f"r{number:023}", "text": "x" * 10_000, "environment": {},
                "state": "open", "reporter": "cookie:a", "source": "person",
                "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            }  # fmt: skip
            out.write(json.dumps(report) + "\n")
        out.write(json.dumps({"type": "end", "records": 6_000}) + "\n")

    def frugal():
        resource.setrlimit(resource.RLIMIT_DATA, (48 << 20, 48 << 20))

    succeed("import", "--db", database, file, preexec_fn=frugal)
    succeed("export", "--db", database, "--jsonl", "--output", tmp_path / "out.jsonl", preexec_fn=frugal)
    assert (tmp_path / "out.jsonl").stat().st_size > 60_000_000
