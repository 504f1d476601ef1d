"""What a team does to its issues can be undone and suggested: by page, by the API, and by whom."""

import httpx
import pytest

from guides import HARBOUR
from harness import BROWSER_ACCEPT, Server, bearer, make_token, succeed
from tabs import Watched

CRANE = "crane-refuses-to-swing"

pytestmark = pytest.mark.timeout(300)


def browse(server: Server, path: str, **options) -> httpx.Response:
    """As a browser of somebody who may edit asks, without following."""
    headers = {**bearer(), "Accept": BROWSER_ACCEPT, "Sec-Fetch-Site": "same-origin"}
    method = "POST" if "data" in options else "GET"
    return server.client.request(method, path, headers=headers, follow_redirects=False, **options)


def slugs(server: Server) -> list[str]:
    return [i["slug"] for i in server.json("/api/v1/issues?limit=100")["results"]]


def test_a_deleted_issue_comes_back_by_page_and_by_its_old_address(chromium, fresh_harbour):
    address = f"/issues/{CRANE}"
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        page = tab.page
        tab.context.set_extra_http_headers(bearer())
        page.goto(address)
        page.get_by_text("Move, merge, archive or delete").click()
        page.fill("#why", "told twice")
        page.get_by_role("button", name="Delete").click()
        assert page.url.endswith("/deleted")
        assert page.locator("li", has_text="Crane refuses to swing").count() == 1
        # Its address tells an editor what became of it, and others that there is nothing.
        assert page.goto(address).status == 404
        assert "was deleted by" in page.inner_text("main")
        page.goto("/recent")
        page.get_by_role("link", name="Crane refuses to swing: told twice").click()
        page.get_by_role("button", name="Restore").click()
        assert page.url == fresh_harbour.url + address
        page.goto("/deleted")
        assert "There are none" in page.inner_text("main")
    assert fresh_harbour.issue(CRANE)["revision"] == 2


def test_what_was_deleted_is_told_to_those_who_may_bring_it_back(fresh_harbour):
    number = fresh_harbour.issue(CRANE)["id"]
    gone = fresh_harbour.client.delete(
        f"/api/v1/issues/{CRANE}", headers={**bearer(), "If-Match": "*"}
    )
    assert f"/issues/{number}/restore" in gone.json()["detail"]
    entry = fresh_harbour.json("/api/v1/changes?limit=100")["results"][-1]
    assert (entry["issue"], entry["issue_id"], entry["kind"]) == (None, number, "issue deleted")
    assert entry["summary"] == "Crane refuses to swing"
    for name in (CRANE, number):
        told = fresh_harbour.get(f"/api/v1/issues/{name}", headers=bearer())
        assert told.status_code == 404
        assert told.json()["restore"].endswith(f"/api/v1/issues/{number}/restore")
        stranger = fresh_harbour.get(f"/issues/{name}", headers={"Accept": BROWSER_ACCEPT})
        assert stranger.status_code == 404
        assert "Crane refuses" not in stranger.text and "restore" not in stranger.text
    back = fresh_harbour.post(f"/api/v1/issues/{CRANE}/restore")
    assert (back.status_code, back.json()["slug"]) == (200, CRANE)


def test_a_merge_is_undone_by_page_and_by_the_old_address(chromium, fresh_harbour):
    other = next(slug for slug in slugs(fresh_harbour) if slug != CRANE)
    number = fresh_harbour.issue(CRANE)["id"]
    text = fresh_harbour.issue(other)["markdown"]
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        page = tab.page
        tab.context.set_extra_http_headers(bearer())
        page.goto(f"/issues/{CRANE}")
        page.get_by_text("Move, merge, archive or delete").click()
        page.fill("#into", other)
        page.get_by_role("button", name="Merge").click()
        assert page.url == f"{fresh_harbour.url}/issues/{other}"
        # The old slug and the old id lead on, for every form.
        for path in (f"/issues/{CRANE}", f"/issues/{number}.json", f"/api/v1/issues/{number}"):
            moved = browse(fresh_harbour, path)
            assert moved.status_code == 301, path
            assert moved.headers["Location"].split("/issues/")[1].split(".")[0] == other
        for path in (f"/issues/{other}/history", "/deleted"):
            page.goto(path)
            assert page.get_by_role("button", name="Undo the merge").count() == 1, path
        page.goto(f"/issues/{other}")
        page.get_by_text("Move, merge, archive or delete").click()
        page.get_by_role("button", name="Undo the merge").click()
        assert page.url == f"{fresh_harbour.url}/issues/{CRANE}"
    assert fresh_harbour.issue(other)["markdown"] == text
    # The API knows it by the slug that it had.
    merged = fresh_harbour.post(f"/api/v1/issues/{CRANE}/merge", json={"into": other})
    assert merged.status_code == 200, merged.text
    apart = fresh_harbour.post(f"/api/v1/issues/{CRANE}/unmerge")
    assert (apart.status_code, apart.json()["id"]) == (200, number)
    assert fresh_harbour.post(f"/api/v1/issues/{CRANE}/unmerge").status_code == 404


@pytest.mark.parametrize(
    "below",
    [
        "", ".md", "/history", "/history.json?limit=1", "/revisions", "/revisions/1",
        "/revisions/1.txt", "/diff?from=1&to=2", "/learned", "/feed.atom", "/edit", "/edit?fields=1",
        "/suggest",
    ],
)  # fmt: skip
def test_whatever_is_below_an_old_slug_leads_on(harbour, below):
    name = "gate-does-not-open"
    if name not in slugs(harbour):
        made = harbour.post(
            "/api/v1/issues",
            json={"guide": "harbour-runbook", "title": "Gate does not open", "markdown": "- x"},
        )
        assert made.status_code == 201, made.text
        renamed = harbour.client.patch(
            f"/api/v1/issues/{name}",
            headers={**bearer(), "If-Match": "*"}, json={"title": "Gate stays shut – Tür zu"},
        )  # fmt: skip
        assert renamed.status_code == 200
    new = "gate-stays-shut-t%C3%BCr-zu"
    moved = browse(harbour, f"/issues/{name}{below}")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/issues/{new}{below}")
    if below.startswith(("/revisions", "/diff", "/learned")) and "." not in below:
        moved = browse(harbour, f"/api/v1/issues/{name}{below}")
        assert moved.headers.get("Location") == f"/api/v1/issues/{new}{below}"
    assert browse(harbour, f"/issues/{new}{below}").status_code == 200
    # An id is an address of its own.
    number = harbour.issue(new)["id"]
    assert browse(harbour, f"/issues/{number}{below}").status_code == 200


def test_a_new_issue_is_suggested_and_accepted_by_page(chromium, fresh_harbour):
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        page = tab.page
        page.goto("/guides/harbour-runbook")
        page.get_by_role("link", name="Suggest a new issue").click()
        page.fill("#title", "Buoy drifts")
        page.fill("#section", "Cranes")
        page.fill("#symptom-1", "the buoy is not where the map says")
        page.fill("#fix-1", "Weigh it down again")
        page.fill("#comment", "seen at berth 4")
        page.get_by_role("button", name="Preview").click()
        assert "Weigh it down again" in page.inner_text(".preview")
        page.get_by_role("button", name="Suggest", exact=True).click()
        assert "Thank you" in page.inner_text("main")
        assert "buoy-drifts" not in slugs(fresh_harbour)
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        page = tab.page
        tab.context.set_extra_http_headers(bearer())
        page.goto("/reviews")
        page.get_by_role("link", name="Buoy drifts").click()
        words = page.inner_text("main")
        assert "A new issue in Harbour Runbook › Cranes" in words and "seen at berth 4" in words
        page.get_by_role("button", name="Accept").click()
        assert page.url == f"{fresh_harbour.url}/issues/buoy-drifts"
    issue = fresh_harbour.issue("buoy-drifts")
    assert (issue["section"], issue["fixes"][0]["text"]) == ("Cranes", "Weigh it down again")
    history = fresh_harbour.json("/api/v1/issues/buoy-drifts/revisions")["results"]
    assert history[0]["comment"] == "suggested by anonymous: seen at berth 4"


def test_any_two_revisions_are_compared_from_the_history(chromium, fresh_harbour):
    text = fresh_harbour.issue(CRANE)["markdown"]
    for word in ("snaps", "sings"):
        fresh_harbour.client.patch(
            f"/api/v1/issues/{CRANE}", headers={**bearer(), "If-Match": "*"},
            json={"markdown": text.replace("clicks", word)},
        )  # fmt: skip
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        page = tab.page
        page.goto(f"/issues/{CRANE}/history")
        page.fill("#from", "1")
        page.fill("#to", "3")
        page.get_by_role("button", name="Compare").click()
        assert page.inner_text("h1") == "Revision 1 to 3"
        assert page.locator("del", has_text="clicks").count() == 1
        assert page.locator("ins", has_text="sings").count() == 1


def test_going_back_undoes_nothing_that_was_not_seen(chromium, fresh_harbour):
    def edit(text: str) -> None:
        change = {"markdown": text, "base": fresh_harbour.issue(CRANE)["revision"]}
        address = f"/api/v1/issues/{CRANE}"
        assert fresh_harbour.client.patch(address, json=change, headers=bearer()).status_code == 200

    edit("- two")
    with Watched(chromium, fresh_harbour) as tab:
        tab.context.set_extra_http_headers(bearer())
        tab.page.goto(f"/issues/{CRANE}/revisions/1")
        edit("- three")
        tab.page.get_by_role("button", name="Go back to revision 1").click()
        assert tab.page.inner_text("h1") == "Changed meanwhile"
        assert fresh_harbour.issue(CRANE)["markdown"].strip() == "- three"
        tab.page.goto(f"/issues/{CRANE}/revisions/1")
        tab.page.get_by_role("button", name="Go back to revision 1").click()
        assert fresh_harbour.issue(CRANE)["revision"] == 4


def test_an_archived_issue_says_so_where_one_begins_to_read(fresh_harbour):
    fresh_harbour.post(f"/api/v1/issues/{CRANE}/archive")
    page = fresh_harbour.get(f"/issues/{CRANE}", headers={"Accept": BROWSER_ACCEPT}).text
    assert page.index("Archived:") < page.index("How to recognise it")


def suggest(server: Server, **fields) -> httpx.Response:
    return server.post("/api/v1/suggestions", json=fields)


def test_a_suggestion_is_changed_before_it_is_accepted(fresh_harbour):
    made = suggest(
        fresh_harbour, guide="harbour-runbook", section="Cranes", title="Buoy drifts",
        markdown="- it drifts\n- **Fix**: sigh",
    )  # fmt: skip
    assert made.status_code == 201 and made.headers["Location"].endswith("/suggestions/1")
    form = browse(fresh_harbour, "/suggestions/1/edit").text
    assert "- **Fix**: sigh" in form and 'name="suggestion" value="1"' in form
    saved = browse(
        fresh_harbour, "/issues/new",
        data={"guide": "harbour-runbook", "section": "Cranes", "title": "Buoy drifts",
              "markdown": "- it drifts\n- **Fix**: weigh", "suggestion": "1"},
    )  # fmt: skip
    assert saved.headers["Location"] == "/issues/buoy-drifts"
    suggestion = fresh_harbour.json("/api/v1/suggestions/1", headers=bearer())
    assert (suggestion["state"], suggestion["reason"]) == ("accepted", "with changes")
    assert browse(fresh_harbour, "/suggestions/1/edit").status_code == 409


def test_a_suggestion_that_no_longer_fits_opens_in_the_editor_with_both_texts(fresh_harbour):
    issue = fresh_harbour.issue(CRANE)
    made = suggest(
        fresh_harbour, issue=CRANE, title=issue["title"],
        markdown=issue["markdown"].replace("until it clicks", "until it sings"),
    )  # fmt: skip
    assert made.json()["section"] == issue["section"], "left out, it stays as it is"
    changed = fresh_harbour.client.patch(
        f"/api/v1/issues/{CRANE}", headers={**bearer(), "If-Match": "*"},
        json={"markdown": issue["markdown"].replace("until it clicks", "until it snaps")},
    )  # fmt: skip
    assert changed.status_code == 200
    page = browse(fresh_harbour, f"/suggestions/{made.json()['id']}/accept", data={})
    assert page.status_code == 409
    assert "Someone else changed the same lines" in page.text
    assert "until it sings" in page.text and "snaps" in page.text
    assert f'action="/issues/{CRANE}/edit"' in page.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"issue": CRANE, "base": 77}, "base"),
        ({"issue": "no-such-issue"}, "issue"),
        ({"guide": "no-such-guide"}, "guide"),
        ({"guide": "harbour-runbook", "section": "a\nb"}, "section"),
    ],
)
def test_a_suggestion_for_what_is_not_there_is_422(harbour, fields, field):
    refused = suggest(harbour, title="T", markdown="- x", **fields)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_an_edit_without_a_section_stays_in_its_section(fresh_harbour):
    issue = fresh_harbour.issue(CRANE)
    saved = browse(
        fresh_harbour, f"/issues/{CRANE}/edit",
        data={"base": "1", "title": issue["title"], "markdown": issue["markdown"] + "\n\nMore."},
    )  # fmt: skip
    assert saved.status_code == 303, saved.text
    assert fresh_harbour.issue(CRANE)["section"] == issue["section"] == "Cranes"


def test_reviews_come_in_pages_and_leave_nothing_out(tmp_path):
    issues = "".join(f"\n### Issue {n}\n- symptom {n}\n- **Fix**: do {n}\n" for n in range(7))
    guide = tmp_path / "many.md"
    guide.write_text("# Many\n\n## S\n" + issues)
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\n## S\n" + issues.replace("Issue", "Hidden"))
    succeed("import", "--db", tmp_path / "fixbook.db", guide, secret)
    member = make_token(tmp_path / "fixbook.db", "read")
    with Server(tmp_path / "fixbook.db") as server:
        # All edited since they were verified; half of them in a guide that the member can't see.
        for slug in slugs(server):
            server.post(f"/api/v1/issues/{slug}/verify", json={})
            server.client.patch(
                f"/api/v1/issues/{slug}", headers={**bearer(), "If-Match": "*"},
                json={"markdown": f"- other {slug}"},
            )  # fmt: skip
        hidden = server.client.put(
            "/api/v1/guides/secret/audience", headers=bearer(), json={"audience": "named"}
        )
        assert hidden.status_code == 200, hidden.text
        seen: list[str] = []
        path: str | None = "/api/v1/reviews?limit=3"
        while path:
            answer = server.get(path, headers=bearer(member))
            page = answer.json()["results"]
            seen += [item["issue"]["slug"] for item in page]
            path = answer.links.get("next", {}).get("url")
            assert len(page) == 3 or path is None
        assert sorted(seen) == [f"issue-{n}" for n in range(7)]
        assert server.get("/api/v1/reviews?cursor=x", headers=bearer()).status_code == 422


def test_a_long_guide_comes_in_pages_for_browsers_only(tmp_path):
    sections = "".join(
        f"\n## Part {s}\n\nAbout part {s}.\n"
        + "".join(f"\n### Trouble {s} {n} with a name of some length\n- x\n" for n in range(40))
        for s in range(6)
    )
    guide = tmp_path / "long.md"
    guide.write_text("# Long guide\n\nIntroduced.\n" + sections)
    succeed("import", "--db", tmp_path / "fixbook.db", guide)
    with Server(tmp_path / "fixbook.db") as server:
        names: list[str] = []
        path: str | None = "/guides/long-guide"
        pages = 0
        while path:
            answer = server.get(path, headers={"Accept": BROWSER_ACCEPT})
            assert answer.status_code == 200 and len(answer.content) < 30 * 1024
            assert ("Introduced." in answer.text) == (pages == 0)
            names += [
                line.split('"')[1]
                for line in answer.text.split("\n") if line.startswith('<li><a href="/issues/trou')
            ]  # fmt: skip
            path = answer.links.get("next", {}).get("url")
            pages += 1
        assert pages == 3
        assert names == [
            f"/issues/trouble-{s}-{n}-with-a-name-of-some-length"
            for s in range(6) for n in range(40)
        ]  # fmt: skip
        assert server.get("/guides/long-guide.md").text == guide.read_text()
        whole = server.json("/api/v1/guides/long-guide")["sections"]
        assert [len(section["issues"]) for section in whole] == [40] * 6
        assert server.get("/api/v1/guides/long-guide?cursor=c1").status_code == 422


def test_links_in_symptoms_and_causes_lead_somewhere(tmp_path):
    guide = tmp_path / "links.md"
    guide.write_text(
        "# Links\n\n## S\n\n### One\n- see [docs](https://e.example/a) or ![shot](https://e.example/b.png)\n"
        "- see [ref]\n- **Cause**: [this](https://e.example/c) <b>\n- **Fix**: x\n\n[ref]: https://e.example/d\n"
    )
    succeed("import", "--db", tmp_path / "fixbook.db", guide)
    with Server(tmp_path / "fixbook.db") as server:
        page = server.get("/issues/one", headers={"Accept": BROWSER_ACCEPT}).text
    for address in ("a", "b.png", "c", "d"):
        assert f'<a href="https://e.example/{address}" rel="nofollow noopener"' in page, address
    assert "&lt;b&gt;" in page and "<img" not in page


def test_where_a_token_is_needed_the_line_to_paste_has_one(tmp_path):
    guide = tmp_path / "harbour.md"
    guide.write_text(HARBOUR)
    succeed("import", "--db", tmp_path / "fixbook.db", guide)
    for policy, has_token in (("yes", False), ("no", True)):
        with Server(tmp_path / "fixbook.db", "--anonymous-reports", policy) as server:
            line = server.get(f"/issues/{CRANE}.txt").text.strip().split("\n")[-1]
            assert line.startswith("curl -s ")
            assert ("$FIXBOOK_TOKEN" in line) == has_token
