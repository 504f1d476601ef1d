"""What goes in comes out again, byte for byte."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from guides import HARBOUR, variants
from harness import SHARED, Server, fixbook, shown, succeed

CORPUS = sorted((SHARED / "corpora/markdown").rglob("*.md"))
ORIGINAL = SHARED / "guides/agentcore-original.md"
needs_shared = pytest.mark.skipif(not ORIGINAL.exists(), reason="no ../shared here")


def round_trip(folder: Path, file: Path) -> bytes:
    database = folder / "base.db"
    succeed("import", "--db", database, file)
    done = fixbook("export", "--db", database)
    assert done.returncode == 0, shown(done)
    return done.stdout


@pytest.mark.parametrize("variant", variants())
def test_a_guide_full_of_traps_comes_out_as_it_went_in(tmp_path, variant):
    file = tmp_path / "traps.md"
    file.write_bytes(variants()[variant])
    assert round_trip(tmp_path, file) == file.read_bytes()


@needs_shared
def test_the_original_notes_come_out_as_they_went_in(tmp_path):
    assert round_trip(tmp_path, ORIGINAL) == ORIGINAL.read_bytes()


@needs_shared
def test_the_original_notes_are_31_issues_in_8_sections(tmp_path):
    succeed("import", "--db", tmp_path / "base.db", ORIGINAL)
    with Server(tmp_path / "base.db") as server:
        issues = server.json("/api/v1/issues?limit=100")["results"]
        assert len(issues) == 31
        assert len({issue["section"] for issue in issues}) == 8
        claw = server.issue("openclaw-on-agentcore")
        assert claw["fixes"] == []
        ipv6 = server.issue("node-js-22-ipv6-issue-in-vpc")
        [fix] = ipv6["fixes"]
        assert "origLookup" in fix["text"]
        assert "Also set:" in fix["text"]


@needs_shared
@pytest.mark.parametrize("file", CORPUS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_real_file_comes_out_as_it_went_in(tmp_path, file):
    assert round_trip(tmp_path, file) == file.read_bytes()


@needs_shared
def test_a_folder_of_real_files_comes_out_with_every_file_as_it_was(tmp_path):
    succeed("import", "--db", tmp_path / "base.db", SHARED / "corpora/markdown")
    succeed("export", "--db", tmp_path / "base.db", "--output", tmp_path / "out")

    def digests(folder: Path) -> set[str]:
        files = (file for file in folder.rglob("*") if file.is_file())
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    originals = {hashlib.sha256(file.read_bytes()).hexdigest() for file in CORPUS}
    assert originals <= digests(tmp_path / "out")


def test_export_writes_to_a_file_too(tmp_path, harbour_database):
    succeed("export", "--db", harbour_database, "--output", tmp_path / "out.md")
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == HARBOUR


def test_export_asks_for_a_guide_or_a_folder_when_there_are_several(tmp_path, shipped_database):
    guide = succeed("export", "--db", shipped_database, "--guide", "agentcore-troubleshooting")
    assert guide.startswith("# AgentCore Troubleshooting\n")
    succeed("export", "--db", shipped_database, "--output", tmp_path / "all")
    exported = [file.read_text(encoding="utf-8") for file in (tmp_path / "all").rglob("*.md")]
    assert guide in exported
    assert len(exported) == 2


def test_the_page_of_a_guide_is_the_exported_file(harbour):
    assert harbour.get("/guides/harbour-runbook.md").content == HARBOUR.encode()


def crane_after_importing(folder: Path, text: str) -> dict:
    """Imports the guide, beside what is in the database already, and looks at one issue."""
    guide, database = folder / "harbour.md", folder / "base.db"
    guide.write_text(text, encoding="utf-8")
    succeed("import", "--db", database, guide)
    with Server(database) as server:
        return server.issue("crane-refuses-to-swing") | {"url": "its port differs"}


def test_importing_a_guide_again_changes_nothing(tmp_path):
    before = crane_after_importing(tmp_path, HARBOUR)
    assert crane_after_importing(tmp_path, HARBOUR) == before


def test_importing_a_changed_guide_keeps_the_identity_of_its_fixes(tmp_path):
    before = crane_after_importing(tmp_path, HARBOUR)
    after = crane_after_importing(tmp_path, HARBOUR.replace("then press", "and press"))
    assert after["revision"] > before["revision"]
    assert [fix["id"] for fix in after["fixes"]] == [fix["id"] for fix in before["fixes"]]
    assert "and press reset" in after["fixes"][0]["text"]


def test_the_importer_says_what_it_understood(tmp_path):
    guide = tmp_path / "harbour.md"
    guide.write_text(HARBOUR, encoding="utf-8")
    done = fixbook("import", "--db", tmp_path / "base.db", guide)
    said = done.stdout.decode() + done.stderr.decode()
    assert "4 issues" in said
    line = HARBOUR.splitlines().index("### Crane refuses to swing") + 1
    assert f"{guide}:{line + 1}: “Crane refuses to swing”: 2 symptoms, 1 cause, 2 fixes" in said
    assert done.stdout == b""
    quiet = fixbook("import", "--db", tmp_path / "base.db", "--quiet", guide)
    assert quiet.stderr.decode().count("\n") == 1


def test_the_importer_says_what_it_kept_as_plain_text(tmp_path):
    guide = tmp_path / "odd.md"
    guide.write_text("# Odd\n\n## S\n\n### I\n- a\n\n| x | y |\n|---|---|\n| 1 | 2 |\n", "utf-8")
    said = fixbook("import", "--db", tmp_path / "base.db", guide).stderr.decode()
    assert f"{guide}:6: “I”: 1 symptom, 3 lines kept as plain text" in said


def test_an_empty_file_in_a_folder_makes_no_guide(tmp_path):
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\n- seen\n", encoding="utf-8")
    (folder / "empty.md").write_bytes(b" \n")
    done = fixbook("import", "--db", tmp_path / "base.db", folder)
    assert "empty.md" in done.stderr.decode()
    succeed("export", "--db", tmp_path / "base.db", "--output", tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["one.md"]


@pytest.mark.parametrize("packed", [False, True])
def test_json_lines_are_imported_with_their_ids(tmp_path, packed):
    record = {
        "id": "wx-17", "guide": "Weather Station", "section": "Wind", "title": "Vane is frozen",
        "symptoms": ["the wind comes from the north for days"], "causes": ["ice"],
        "fixes": [{"text": "Thaw the vane."}],
        "body": "The wind comes from the north for days.\n\n## Fix\n\nThaw the vane.\n",
        "source": "https://example.com/wx-17", "license": "CC-BY-4.0",
    }  # fmt: skip
    lines = (json.dumps(record) + "\n").encode()
    file = tmp_path / ("weather.jsonl.gz" if packed else "weather.jsonl")
    file.write_bytes(gzip.compress(lines) if packed else lines)
    succeed("import", "--db", tmp_path / "base.db", file)
    with Server(tmp_path / "base.db") as server:
        issue = server.issue("vane-is-frozen")
    assert issue["external_id"] == "wx-17"
    assert issue["license"] == "CC-BY-4.0"
    assert issue["fixes"][0]["text"] == "Thaw the vane."


def test_an_import_brings_no_shipped_guides(harbour):
    assert [guide["slug"] for guide in harbour.json("/guides.json")["results"]] == [
        "harbour-runbook"
    ]


def test_a_broken_file_is_named_with_its_line_and_nothing_lands(tmp_path):
    good, broken = tmp_path / "good.md", tmp_path / "broken.md"
    good.write_text(HARBOUR, encoding="utf-8")
    broken.write_bytes(b"# Broken\n\n## S\n\n### T\n- a \xff b\n")
    database = tmp_path / "base.db"
    done = fixbook("import", "--db", database, good, broken)
    assert done.returncode == 3, shown(done)
    complaint = done.stderr.decode()
    assert "broken.md" in complaint
    assert "6" in complaint.split("broken.md", 1)[1]
    assert "UTF-8" in complaint
    assert fixbook("export", "--db", database).stdout == b""
    assert fixbook("search", "--db", database, "crane").returncode in (1, 3)


def test_bad_files_can_be_skipped(tmp_path):
    good, broken = tmp_path / "good.md", tmp_path / "broken.md"
    good.write_text(HARBOUR, encoding="utf-8")
    broken.write_bytes(b"# Broken\n\n\xff\n")
    done = fixbook("import", "--db", tmp_path / "base.db", "--skip-bad", good, broken)
    assert "broken.md" in done.stderr.decode()
    assert succeed("export", "--db", tmp_path / "base.db") == HARBOUR


def test_a_missing_file_is_named(tmp_path):
    done = fixbook("import", "--db", tmp_path / "base.db", tmp_path / "missing.md")
    assert done.returncode == 3
    assert "missing.md" in done.stderr.decode()


def test_two_files_with_one_title_are_refused_together(tmp_path):
    """One after the other they would be two editions of one guide, and the first one's issues archived."""
    one, two = tmp_path / "a.md", tmp_path / "b.md"
    one.write_text("# FAQ\n\n## S\n\n### One\n- a\n- **Fix**: b\n")
    two.write_text("# FAQ\n\n## S\n\n### Two\n- a\n- **Fix**: b\n")
    refused = fixbook("import", "--db", tmp_path / "x.db", one, two)
    assert refused.returncode != 0
    assert f"{two}:1: {one} has the title".encode() in refused.stderr
    done = fixbook("import", "--db", tmp_path / "x.db", "--skip-bad", one, two)
    assert b"1 issue: 1 added" in done.stderr
    assert fixbook("import", "--db", tmp_path / "x.db", one, one).returncode == 0


def test_an_import_of_a_folder_says_what_it_leaves_out(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.md").write_text("# A pump stops\n\n- it hums\n- **Fix**: oil\n")
    (folder / "b.rst").write_text("Disk full\n=========\n")
    (folder / "logo.svg").write_text("-")
    (folder / "README").write_text("-")
    for ending in ["markdown", "mkd", "mdx", "MD"]:
        (folder / f"more.{ending}").write_text(f"# A {ending} stops\n\n- it hums\n- **Fix**: oil\n")
    for name in ["c.adoc", "it's.html", "d.txt"]:
        (folder / name).write_text("= Disk full\n")
    done = fixbook("import", "--db", tmp_path / "x.db", folder)
    said = done.stderr.decode()
    assert f"left out 1 reStructuredText page, such as b.rst: turn it into Markdown first, e.g. with " in said
    assert f"“pandoc -f rst -t gfm {folder}/b.rst -o {folder}/b.md”" in said
    assert f"“asciidoctor -b docbook -o - {folder}/c.adoc | pandoc -f docbook -t gfm -o {folder}/c.md”" in said
    assert f"“pandoc -f html -t gfm '{folder}/it'\\''s.html' -o '{folder}/it'\\''s.md'”" in said
    assert "left out 2 text files, such as README: name it by itself if it is Markdown" in said
    assert "svg" not in said
    assert "5 issues: 5 added" in said
    succeed("export", "--db", tmp_path / "x.db", "--output", tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.md", "more.MD", "more.markdown", "more.mdx", "more.mkd"]


def test_pages_that_are_no_markdown_are_said_to_be_none(tmp_path):
    (tmp_path / "b.rst").write_text("Disk full\n=========\n")
    (tmp_path / "README").write_text("Disk full\n=========\n\n- it hums\n")
    done = fixbook("import", "--db", tmp_path / "x.db", tmp_path / "b.rst")
    assert "b.rst:1: warning: reStructuredText is read as if it were Markdown; better turn it into" in done.stderr.decode()
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "b.rst").write_text("Disk full\n=========\n")
    refused = fixbook("import", "--db", tmp_path / "y.db", alone)
    assert refused.returncode == 3
    assert "no Markdown file in this folder" in refused.stderr.decode()
    assert "pandoc -f rst" in refused.stderr.decode()
    done = fixbook("import", "--db", tmp_path / "y.db", tmp_path / "README")
    assert "warning" not in done.stderr.decode() and "1 issue: 1 added" in done.stderr.decode()
