"""Lists come in pages: limit, next, a Link, and a "More" that leads on in the same list."""

import html
import json
import re

import pytest

from harness import Server, bearer, copy_database, succeed

TIDES = """\
# Tide Tables

## Tides

### Ebb comes early
- the ebb is early
- **Check**: ebb-hour: integer 0..23
- **Check**: ebb-name: length 3..9

### Flood comes late
- the flood is late
- **Check**: flood-hour: integer 0..23
"""

LISTS = [
    "/guides",
    "/checks",
    "/issues",
    "/issues?guide=harbour-runbook&sort=title",
    "/search?q=slew+brake",
    "/search?q=slew+brake&guide=harbour-runbook",
    "/issues/ebb-comes-early/revisions",
    "/reports",
    "/suggestions",
    "/gaps",
]


@pytest.fixture(scope="module")
def shelf(harbour_database, tmp_path_factory):
    """Two guides, and at least two of everything that is listed."""
    folder = tmp_path_factory.mktemp("shelf")
    database = copy_database(harbour_database, folder / "base.db")
    (folder / "tides.md").write_text(TIDES, encoding="utf-8")
    succeed("import", "--db", database, folder / "tides.md")
    with Server(database) as server:
        for word in ("zorp", "quux"):
            report = {"text": f"{word} is stuck"}
            assert server.post("/api/v1/reports", json=report).status_code == 201
            suggestion = {"issue": "ebb-comes-early", "title": word, "markdown": f"- {word}\n"}
            assert server.post("/api/v1/suggestions", json=suggestion).status_code == 201
            server.diagnose(f"{word.title()}EngineError: flux coupling {word} not aligned")
            edit = server.client.patch(
                "/api/v1/issues/ebb-comes-early",
                json={"markdown": f"- the ebb is early, says {word}\n"},
                headers={**bearer(), "If-Match": "*"},
            )
            assert edit.status_code == 200, edit.text
        yield server


def with_query(path: str, query: str) -> str:
    return path + ("&" if "?" in path else "?") + query


def test_a_question_nobody_answered_is_a_gap_at_once(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "gaps.db")) as server:
        words = ["borvex", "quimble", "dastroid", "fenwick", "gromulent", "hartle", "jivacious", "kestrol",
                 "lumbric", "morvane", "naxel", "opaline"]
        for count, word in enumerate(words, 1):
            # More than once, so that its commit has to be waited for with others.
            for _ in range(3):
                server.diagnose(f"{word.title()}EngineError: flux coupling {word} not aligned")
            gaps = server.json("/api/v1/gaps?limit=100", headers=bearer())["results"]
            assert len(gaps) == count
            assert word in json.dumps(gaps).lower()
            asked = server.json("/api/v1/insights", headers=bearer())
            assert word in json.dumps(asked["unanswered"]).lower() or count > 10


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_the_api_comes_in_pages(shelf, path):
    def page(query):
        response = shelf.get("/api/v1" + with_query(path, query), headers=bearer())
        assert response.status_code == 200, response.text
        return response

    whole = page("limit=100").json()
    assert whole["next"] is None
    assert len(whole["results"]) >= 2
    seen, query = [], "limit=1"
    while query:
        response = page(query)
        body = response.json()
        assert len(body["results"]) == 1
        seen += body["results"]
        link = re.search(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
        assert bool(link) == bool(body["next"])
        query = body["next"] and f"limit=1&cursor={body['next']}"
        if link:
            assert f"cursor={body['next']}" in link[1]
            assert shelf.get(link[1], headers=bearer()).json() == page(query).json()
    assert seen == whole["results"]
    for wrong in ("limit=0", "limit=101", "limit=x", "cursor=x"):
        response = shelf.get("/api/v1" + with_query(path, wrong), headers=bearer())
        assert response.status_code == 422, wrong


@pytest.mark.parametrize("path", [*LISTS, "/recent", "/issues/ebb-comes-early/history"])
def test_more_leads_on_in_the_same_list(shelf, path):
    first = with_query(path, "limit=1")
    expected = shelf.json(first, accept="application/json", headers=bearer())
    page = shelf.get(first, accept="text/html", headers=bearer()).text
    more = {
        "html": html.unescape(re.search(r'rel="next" href="([^"]+)"', page)[1]),
        "txt": re.search(r"More: (\S+)", shelf.get(first, accept="text/plain", headers=bearer()).text)[1],
        "md": re.search(
            r"(?:More: |\[More\]\()([^\s)]+)",
            shelf.get(first, accept="text/markdown", headers=bearer()).text,
        )[1],
    }
    asked = set(first.split("?")[1].split("&")) | {f"cursor={expected['next']}"}
    for form, target in more.items():
        target = target.removeprefix(shelf.url)
        assert target.split("?")[0] == path.split("?")[0], form
        assert set(target.split("?")[1].split("&")) == asked, form
        assert shelf.json(target, accept="application/json", headers=bearer())["results"], form


def test_changes_are_followed_by_the_link_and_polled_by_next(shelf):
    whole = shelf.json("/api/v1/changes?limit=100")
    seen, path = [], "/api/v1/changes?limit=1"
    while path:
        response = shelf.get(path)
        seen += response.json()["results"]
        link = re.search(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
        path = link and link[1]
        if path:
            assert path == f"/api/v1/changes?limit=1&since={response.json()['next']}"
    assert seen == whole["results"]
    assert len(seen) >= 3
    later = shelf.json(f"/api/v1/changes?since={whole['next']}")
    assert later == {"results": [], "next": whole["next"]}
