"""Pages are kept between requests, and never a moment too long, whoever writes."""

import re
import threading

import pytest

from guides import HARBOUR
from harness import BROWSER_ACCEPT, Server, bearer, copy_database, succeed

CRANE = "crane-refuses-to-swing"


@pytest.fixture
def pair(harbour_database, tmp_path):
    """Two processes on one file."""
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, log=tmp_path / "one.log") as one:
        with Server(database, log=tmp_path / "two.log") as two:
            yield one, two


def edit(server: Server, markdown: str) -> None:
    body = {"title": "Crane refuses to swing", "section": "Cranes", "markdown": markdown}
    response = server.client.put(
        f"/api/v1/issues/{CRANE}", json=body, headers={**bearer(), "If-Match": "*"})
    assert response.status_code == 200, response.text


def test_what_one_process_writes_the_other_shows_at_once(pair):
    one, two = pair
    for turn in range(30):
        writer, reader = (one, two) if turn % 2 else (two, one)
        edit(writer, f"- the jib stands still, turn {turn}.\n- **Fix**: wait")
        for server in (reader, writer, reader):
            for accept in (BROWSER_ACCEPT, "application/json", "text/markdown", "*/*"):
                assert f"turn {turn}." in server.get(f"/issues/{CRANE}", accept).text


def test_a_search_of_one_process_finds_at_once_what_the_other_wrote(pair):
    one, two = pair
    for turn in range(20):
        writer, reader = (one, two) if turn % 2 else (two, one)
        edit(writer, f"- the jib stands still, turn {turn}.\n- **Fix**: wait")
        for server in (reader, writer, reader):
            for path in ("/search", "/search.json", "/search.txt", "/api/v1/search"):
                found = server.get(f"{path}?q=jib+stands+still", BROWSER_ACCEPT).text
                assert f"turn {turn}." in found


def test_searches_out_of_the_cache_are_counted(pair):
    one, two = pair
    for _ in range(5):
        for server in pair:
            server.get("/search?q=jib+stays", BROWSER_ACCEPT)
    assert hits(one) == hits(two) == 4

    def asked() -> int:
        return one.json("/api/v1/insights", headers=bearer())["questions"]["asked"]

    for _ in range(100):
        if asked() >= 10:
            break
    assert asked() == 10


def test_a_guide_that_is_hidden_is_in_no_answer_of_either(pair):
    one, two = pair
    address = "/api/v1/guides/harbour-runbook/audience"
    for audience in ("members", "anyone") * 3:
        changed = one.client.put(address, json={"audience": audience}, headers=bearer())
        assert changed.status_code == 200, changed.text
        for server in (two, one, two):
            found = server.get("/search?q=jib+stays", BROWSER_ACCEPT).text
            assert (CRANE in found) == (audience == "anyone")
            member = server.get("/search?q=jib+stays", BROWSER_ACCEPT, headers=bearer()).text
            assert CRANE in member


def hits(server: Server) -> int:
    text = server.get("/metrics").text
    found = re.search(r"^fixbook_cache_hits_total (\d+)", text, re.MULTILINE)
    return int(found[1])


def test_what_no_page_shows_leaves_pages_where_they_are(pair):
    for server in pair:
        server.get(f"/issues/{CRANE}", BROWSER_ACCEPT)
    before = [hits(server) for server in pair]
    for turn in range(10):
        # A report is on disk when it is answered.
        for server in pair:
            written = server.client.post(
                "/api/v1/reports", json={"text": f"the crane, turn {turn}"}, headers=bearer())
            assert written.status_code == 201, written.text
        for server in pair:
            server.get(f"/issues/{CRANE}", BROWSER_ACCEPT)
    assert [hits(server) for server in pair] == [count + 10 for count in before]


def test_an_outcome_in_one_process_is_shown_by_the_other(pair):
    one, two = pair
    fix = one.client.get(f"/api/v1/issues/{CRANE}").json()["fixes"][0]["id"]
    for turn in range(1, 6):
        assert f"worked {turn} of" not in two.get(f"/issues/{CRANE}", BROWSER_ACCEPT).text
        report = one.client.post(
            "/api/v1/reports", json={"text": f"the crane, turn {turn}"}, headers=bearer()).json()["id"]
        done = one.client.post(
            f"/api/v1/reports/{report}/outcomes", json={"fix": fix, "result": "worked"},
            headers=bearer())
        assert done.status_code < 300, done.text
        assert f"worked {turn} of {turn}" in two.get(f"/issues/{CRANE}", BROWSER_ACCEPT).text


def test_readers_never_see_the_past_while_both_write(pair):
    acknowledged = [0]
    problems = []
    done = threading.Event()

    def read(server: Server) -> None:
        client = server.new_client()
        while not done.is_set():
            least = acknowledged[0]
            text = client.get(f"/api/v1/issues/{CRANE}").json()["markdown"]
            shown = int(text.rpartition("turn ")[2].rstrip(".") or 0) if "turn " in text else 0
            if shown < least:
                problems.append((shown, least))

    readers = [threading.Thread(target=read, args=(server,)) for server in pair for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(1, 101):
            edit(pair[turn % 2], f"- turn {turn}.")
            acknowledged[0] = turn
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert problems == []


def test_an_import_beside_running_servers_is_shown_at_once(pair, tmp_path):
    for server in pair:
        server.get("/guides")
        server.get(f"/issues/{CRANE}", BROWSER_ACCEPT)
    changed = tmp_path / "harbour.md"
    changed.write_text(HARBOUR.replace("until it clicks", "until it clacks"), encoding="utf-8")
    succeed("import", "--db", pair[0].database, changed)
    for server in pair:
        assert "clacks" in server.get(f"/issues/{CRANE}", BROWSER_ACCEPT).text


def test_what_the_client_has_is_asked_for_again_after_a_change(pair):
    one, two = pair
    before = one.get(f"/issues/{CRANE}", BROWSER_ACCEPT)
    known = {"If-None-Match": before.headers["etag"]}
    for _ in range(2):
        assert one.get(f"/issues/{CRANE}", BROWSER_ACCEPT, headers=known).status_code == 304
        # The same file, form and coding: the same tag from either process.
        other = two.get(f"/issues/{CRANE}", BROWSER_ACCEPT)
        assert other.headers["etag"].partition("-")[0] == before.headers["etag"].partition("-")[0]
    edit(two, "- other words")
    after = one.get(f"/issues/{CRANE}", BROWSER_ACCEPT, headers=known)
    assert after.status_code == 200
    assert "other words" in after.text


def test_head_and_compressed_answers_are_those_of_get(pair):
    one, _ = pair
    for _ in range(3):
        plain = one.get("/assets/fixbook.css", headers={"Accept-Encoding": "identity"})
        packed = one.get("/assets/fixbook.css", headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        head = one.client.head("/assets/fixbook.css", headers={"Accept-Encoding": "gzip"})
        assert head.content == b""
        assert head.headers["content-length"] == packed.headers["content-length"]
        assert head.headers["etag"] == packed.headers["etag"] != plain.headers["etag"]


def test_the_cache_can_be_turned_off(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, "--cache", "0") as server:
        pages = {server.get(f"/issues/{CRANE}", BROWSER_ACCEPT).text for _ in range(3)}
        assert len(pages) == 1
