"""Guides and sections made and changed, issues moved, archived and brought back: by page and API."""

import pytest

from harness import ADMIN_TOKEN, BROWSER_ACCEPT, bearer, problem
from tabs import Watched

GUIDE = "harbour-runbook"
PAGE = {**bearer(), "Accept": BROWSER_ACCEPT}


def patch(server, path: str, token: str | None = ADMIN_TOKEN, **fields):
    headers = bearer(token) if token else {}
    return server.client.patch(path, json=fields, headers=headers)


def sections(server) -> dict[str, int]:
    return {s["title"]: s["id"] for s in server.json(f"/api/v1/guides/{GUIDE}")["sections"]}


def test_a_guide_is_made_and_filled_through_the_api(fresh_harbour):
    made = fresh_harbour.post(
        "/api/v1/guides",
        json={"title": "Sea lanes", "introduction": "Mind the ferry.", "owner": "the pilot"},
    )
    assert made.status_code == 201
    assert made.headers["location"] == f"{fresh_harbour.url}/api/v1/guides/sea-lanes"
    assert made.json()["owner"] == "the pilot"
    assert fresh_harbour.post(
        "/api/v1/guides/sea-lanes/sections", json={"title": "Fog"}
    ).status_code == 201  # fmt: skip
    fresh_harbour.post(
        "/api/v1/issues",
        json={"guide": "sea-lanes", "section": "Fog", "title": "Horn", "markdown": "- silent"},
    )
    assert fresh_harbour.get("/guides/sea-lanes.md").text == (
        "# Sea lanes\n\nMind the ferry.\n\n- **Owner**: the pilot\n\n## Fog\n\n### Horn\n- silent\n"
    )
    assert problem(fresh_harbour.post("/api/v1/guides", json={"title": "Sea Lanes"}), 422)[
        "field"
    ] == "title"  # fmt: skip


def test_a_renamed_guide_leads_on(fresh_harbour):
    before = fresh_harbour.get(f"/guides/{GUIDE}.md").text
    assert patch(fresh_harbour, f"/api/v1/guides/{GUIDE}", title="Port").status_code == 200
    for path in (f"/guides/{GUIDE}.md?x=1", f"/api/v1/guides/{GUIDE}"):
        assert fresh_harbour.get(path).status_code == 301
    moved = fresh_harbour.get(f"/guides/{GUIDE}.md?width=60")
    assert moved.headers["location"] == "/guides/port.md?width=60"
    after = fresh_harbour.get("/guides/port.md").text
    assert after == before.replace("# Harbour Runbook", "# Port", 1)
    # Writes to the old address reach the guide.
    assert patch(fresh_harbour, f"/api/v1/guides/{GUIDE}", owner="us").json()["owner"] == "us"
    assert fresh_harbour.json("/api/v1/issues?guide=port")["results"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"title": ""}, "title"),
        ("", {"title": "a\nb"}, "title"),
        ("", {"introduction": "## Section"}, "introduction"),
        ("", {"colour": "red"}, "colour"),
        ("/sections/{quay}", {"title": "Cranes"}, "guide"),
        ("/sections/{quay}", {"position": 0}, "position"),
    ],
)
def test_a_wrong_field_of_a_guide_is_422_and_is_named(fresh_harbour, path, body, field):
    path = path.replace("{quay}", str(sections(fresh_harbour)["Quay"]))
    answer = patch(fresh_harbour, f"/api/v1/guides/{GUIDE}{path}", **body)
    assert problem(answer, 422)["field"] == field


def test_sections_are_renamed_and_reordered(fresh_harbour):
    quay = sections(fresh_harbour)["Quay"]
    address = f"/api/v1/guides/{GUIDE}/sections/{quay}"
    assert patch(fresh_harbour, address, title="Pier", position=1).status_code == 200
    assert list(sections(fresh_harbour)) == ["Pier", "Cranes"]
    assert fresh_harbour.issue("gate-camera-stays-dark")["section"] == "Pier"
    problem(patch(fresh_harbour, f"/api/v1/guides/{GUIDE}/sections/999", title="x"), 404)
    problem(fresh_harbour.client.delete(address, headers=bearer()), 422)


def test_an_issue_moves_and_keeps_its_address_and_fixes(fresh_harbour):
    fresh_harbour.post("/api/v1/guides", json={"title": "Other"})
    before = fresh_harbour.issue("crane-refuses-to-swing")
    moved = fresh_harbour.post(
        "/api/v1/issues/crane-refuses-to-swing/move", json={"guide": "other", "section": "Lifts"}
    )
    assert moved.status_code == 200, moved.text
    after = fresh_harbour.issue("crane-refuses-to-swing")
    assert (after["guide"], after["section"], after["id"]) == ("other", "Lifts", before["id"])
    assert [fix["id"] for fix in after["fixes"]] == [fix["id"] for fix in before["fixes"]]
    assert fresh_harbour.diagnose("slewd[312]: E-4410 slew interlock open, motion inhibited")[
        "matches"
    ][0]["issue"]["guide"] == "other"  # fmt: skip
    nowhere = {"guide": "nowhere"}
    answer = fresh_harbour.post("/api/v1/issues/crane-refuses-to-swing/move", json=nowhere)
    assert problem(answer, 422)["field"] == "guide"


def test_an_archived_issue_and_an_archived_guide_come_back(fresh_harbour):
    sample = "slewd[312]: E-4410 slew interlock open, motion inhibited"
    exported = fresh_harbour.get(f"/guides/{GUIDE}.md").text

    def verdict() -> str:
        return fresh_harbour.diagnose(sample)["verdict"]

    for place in ("issues/crane-refuses-to-swing", f"guides/{GUIDE}"):
        assert verdict() == "known"
        assert fresh_harbour.post(f"/api/v1/{place}/archive", json={}).status_code == 200
        assert verdict() == "unknown"
        assert fresh_harbour.issue("crane-refuses-to-swing")["confidence"] == "archived"
        assert fresh_harbour.get(f"/{place}").status_code == 200
        assert fresh_harbour.post(f"/api/v1/{place}/restore", json={}).status_code == 200
    assert verdict() == "known"
    assert fresh_harbour.get(f"/guides/{GUIDE}.md").text == exported


WRITES = [
    ("POST", "/api/v1/guides"),
    ("PATCH", f"/api/v1/guides/{GUIDE}"),
    ("POST", f"/api/v1/guides/{GUIDE}/archive"),
    ("POST", f"/api/v1/guides/{GUIDE}/restore"),
    ("POST", f"/api/v1/guides/{GUIDE}/sections"),
    ("PATCH", f"/api/v1/guides/{GUIDE}/sections/1"),
    ("DELETE", f"/api/v1/guides/{GUIDE}/sections/1"),
    ("POST", "/api/v1/issues/crane-refuses-to-swing/move"),
    ("POST", "/api/v1/issues/crane-refuses-to-swing/archive"),
    ("POST", "/api/v1/issues/crane-refuses-to-swing/restore"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_only_editors_change_guides(harbour, method, path):
    body = {"json": {}} if method != "DELETE" else {}
    problem(harbour.client.request(method, path, **body), 401)
    reporter = bearer(harbour.token("read,report"))
    problem(harbour.client.request(method, path, headers=reporter, **body), 403)


def test_all_of_it_works_in_a_browser_without_javascript(chromium, fresh_harbour):
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        tab.context.set_extra_http_headers(bearer())
        page = tab.page
        page.goto("/guides")
        page.get_by_role("link", name="New guide").click()
        page.fill("#title", "Sea lanes")
        page.fill("#introduction", "Mind the ferry.")
        page.fill("#escalate", "the pilot")
        page.get_by_role("button", name="Save").click()
        assert page.inner_text("h1") == "Sea lanes"
        page.get_by_role("link", name="Edit this guide").click()
        for name in ("Fog", "Ice"):
            page.fill("#section", name)
            page.get_by_role("button", name="Add").click()
        page.get_by_role("button", name="Move Ice up").click()
        assert [e.inner_text() for e in page.query_selector_all("ol a")] == ["Ice", "Fog"]
        page.get_by_role("link", name="Ice").click()
        page.fill("#title", "Drift ice")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Remove Fog").click()
        assert [e.inner_text() for e in page.query_selector_all("ol a")] == ["Drift ice"]
        page.goto("/issues/gate-camera-stays-dark")
        page.get_by_text("Move, merge, archive or delete").click()
        page.fill("#to-guide", "sea-lanes")
        page.get_by_role("button", name="Move").nth(1).click()
        assert "Sea lanes" in page.inner_text(".crumbs")
        page.get_by_text("Move, merge, archive or delete").click()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Restore Gate camera stays dark").click()
        assert page.inner_text("h1") == "Gate camera stays dark"
        tab.assert_quiet()


def test_a_guide_with_a_mistake_comes_back_as_typed(fresh_harbour):
    form = {"title": "Harbour", "introduction": "mine\n\n## Section", "owner": "", "escalate": ""}
    answer = fresh_harbour.client.post(f"/guides/{GUIDE}/edit", data=form, headers=PAGE)
    assert answer.status_code == 422
    assert "Not saved yet" in answer.text and "mine\n\n## Section" in answer.text
