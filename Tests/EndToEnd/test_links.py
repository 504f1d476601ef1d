"""Links between issues, tags, and what is due for review."""

from harness import bearer, problem
from tabs import Watched

CRANE, HOIST = "crane-refuses-to-swing", "hoist-brake-overheats"


def links(server, slug: str, key: str = "links") -> list[tuple[str, str]]:
    return [(link["kind"], link["issue"]["slug"]) for link in server.issue(slug)[key]]


def test_a_link_is_made_and_taken_away_through_the_api(fresh_harbour):
    before = fresh_harbour.issue(CRANE)["markdown"]
    for kind in ("related", "supersedes"):
        made = fresh_harbour.post(
            f"/api/v1/issues/{CRANE}/links", json={"kind": kind, "issue": HOIST}
        )
        assert made.status_code == 200, made.text
    assert sorted(links(fresh_harbour, CRANE)) == [("related", HOIST), ("supersedes", HOIST)]
    assert ("related", CRANE) in links(fresh_harbour, HOIST, "linked_from")
    assert "supersedes this issue" in fresh_harbour.get(f"/issues/{HOIST}.html").text
    for kind in ("related", "supersedes"):
        address = f"/api/v1/issues/{CRANE}/links/{kind}/{HOIST}"
        assert fresh_harbour.client.delete(address, headers=bearer()).status_code == 200
        problem(fresh_harbour.client.delete(address, headers=bearer()), 404)
    assert links(fresh_harbour, CRANE) == []
    assert fresh_harbour.issue(CRANE)["markdown"] == before


def test_a_link_to_nothing_or_to_itself_is_422(fresh_harbour):
    for kind, issue, field in [
        ("related", "nowhere", "issue"), ("related", CRANE, "issue"), ("like", HOIST, "kind"),
        ("mention", HOIST, "kind"),
    ]:  # fmt: skip
        answer = fresh_harbour.post(
            f"/api/v1/issues/{CRANE}/links", json={"kind": kind, "issue": issue}
        )
        assert problem(answer, 422)["field"] == field


def test_links_follow_a_renamed_issue_and_plain_links_count(chromium, fresh_harbour):
    text = fresh_harbour.issue(CRANE)["markdown"]
    fresh_harbour.client.patch(
        f"/api/v1/issues/{CRANE}", headers={**bearer(), "If-Match": "*"},
        json={"markdown": f"Not like [the brake](/issues/{HOIST}).\n\n{text}"},
    )  # fmt: skip
    fresh_harbour.client.patch(
        f"/api/v1/issues/{HOIST}", headers={**bearer(), "If-Match": "*"}, json={"title": "Hot brake"}
    )
    assert links(fresh_harbour, "hot-brake", "linked_from") == [("mention", CRANE)]
    with Watched(chromium, fresh_harbour) as tab:
        tab.page.goto("/issues/hot-brake")
        tab.page.locator("dt", has_text="What links here").wait_for()
        tab.page.get_by_role("link", name="Crane refuses to swing").click()
        assert tab.page.inner_text("h1") == "Crane refuses to swing"
        tab.assert_quiet()


def test_a_tag_leads_to_its_issues(chromium, fresh_harbour):
    for slug in (CRANE, HOIST):
        text = fresh_harbour.issue(slug)["markdown"]
        fresh_harbour.client.patch(
            f"/api/v1/issues/{slug}", headers={**bearer(), "If-Match": "*"},
            json={"markdown": text + "\n\n- **Tags**: lifting & swinging, c++"},
        )  # fmt: skip
    assert fresh_harbour.issue(CRANE)["tags"] == ["lifting & swinging", "c++"]
    with Watched(chromium, fresh_harbour) as tab:
        tab.page.goto(f"/issues/{CRANE}")
        tab.page.get_by_role("link", name="c++").click()
        assert tab.page.inner_text("h1") == "Issues tagged c++"
        assert tab.page.locator(".issues li").count() == 2
        tab.page.goto("/issues?tag=c%2B%2B&limit=1")
        tab.page.get_by_role("link", name="More").click()
        assert tab.page.inner_text(".issues li a") == "Hoist brake overheats"
        tab.assert_quiet()
    found = fresh_harbour.json("/api/v1/search?q=brake&tag=c%2B%2B")["results"]
    assert [result["issue"]["slug"] for result in found] == [HOIST]


def test_an_edit_after_a_verification_is_due_for_review(fresh_harbour):
    def due() -> list:
        return fresh_harbour.json("/api/v1/reviews", headers=bearer())["results"]

    verified = fresh_harbour.post(f"/api/v1/issues/{CRANE}/verify", json={"against": "panel 7"})
    assert verified.json()["confidence"] == "verified"
    assert due() == []
    text = fresh_harbour.issue(CRANE)["markdown"]
    fresh_harbour.client.patch(
        f"/api/v1/issues/{CRANE}", headers={**bearer(), "If-Match": "*"},
        json={"markdown": text.replace("clicks", "snaps")},
    )  # fmt: skip
    assert [(item["issue"]["slug"], item["reason"]) for item in due()] == [
        (CRANE, "Edited since it was verified: revision 1, now 2.")
    ]
    page = fresh_harbour.get(f"/issues/{CRANE}.html").text
    assert "against panel 7" in page and "edited since, so due for review" in page
    assert fresh_harbour.issue(CRANE)["verified"]["against"] == "panel 7"
    fresh_harbour.post(f"/api/v1/issues/{CRANE}/verify", json={})
    assert due() == []
    problem(fresh_harbour.get("/api/v1/reviews"), 401)


def test_a_link_to_what_may_not_be_seen_shows_nothing_of_it(fresh_harbour):
    """Also after somebody read the issue who may see both."""
    fresh_harbour.post("/api/v1/guides", json={"title": "Zebra"})
    fresh_harbour.post(
        "/api/v1/issues",
        json={"guide": "zebra", "section": "S", "title": "Zebra crossing", "markdown": "- z"},
    )
    for one, other in ((CRANE, "zebra-crossing"), ("zebra-crossing", CRANE)):
        fresh_harbour.post(
            f"/api/v1/issues/{one}/links", json={"kind": "related", "issue": other}
        )
    hidden = fresh_harbour.client.put(
        "/api/v1/guides/zebra/audience", json={"audience": "members"}, headers=bearer()
    )
    assert hidden.status_code == 200, hidden.text
    for _ in range(2):
        seen = fresh_harbour.json(f"/api/v1/issues/{CRANE}", headers=bearer())
        assert seen["linked_from"][0]["issue"]["slug"] == "zebra-crossing"
        unseen = fresh_harbour.issue(CRANE)
        assert unseen["linked_from"] == []
        assert [link["issue"] for link in unseen["links"]] == [None]


def test_a_link_to_an_issue_for_fewer_people_is_refused(fresh_harbour):
    """Its title would stand in the text, and in the list of changes."""
    fresh_harbour.post("/api/v1/guides", json={"title": "Zebra"})
    zebra = {"guide": "zebra", "section": "S", "title": "Zebra crossing", "markdown": "- z"}
    assert fresh_harbour.post("/api/v1/issues", json=zebra).status_code == 201
    audience = {"audience": "members"}
    fresh_harbour.client.put("/api/v1/guides/zebra/audience", json=audience, headers=bearer())
    link = {"kind": "related", "issue": "zebra-crossing"}
    refused = fresh_harbour.post(f"/api/v1/issues/{CRANE}/links", json=link)
    assert problem(refused, 422)["field"] == "issue"
    assert "ebra" not in fresh_harbour.get("/recent.txt").text
    back = {"kind": "related", "issue": CRANE}
    assert fresh_harbour.post("/api/v1/issues/zebra-crossing/links", json=back).status_code == 200
