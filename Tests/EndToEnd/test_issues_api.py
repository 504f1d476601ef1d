"""Issues are written with the revision in hand, so that nobody's words are lost."""

import itertools

import pytest

from harness import bearer, problem, succeed

GUIDE = "harbour-runbook"
MARKDOWN = """\
- the lamp of the mast is dark
- the bulb is new

- **Fix**: Clean the contacts.

- **Owner**: harbour electricians
"""

numbers = itertools.count(1)


@pytest.fixture
def issue(harbour) -> dict:
    """An issue of this test's own."""
    body = {
        "guide": GUIDE,
        "section": "Quay",
        "title": f"Mast lamp {next(numbers)} stays dark",
        "markdown": MARKDOWN,
    }
    response = harbour.post("/api/v1/issues", json=body)
    assert response.status_code == 201, response.text
    return harbour.issue(response.json()["slug"])


def put(server, issue: dict, headers: dict | None = None, **changes):
    body = {name: issue[name] for name in ("title", "section", "markdown")} | changes
    return server.client.put(
        f"/api/v1/issues/{issue['slug']}", json=body, headers={**bearer(), **(headers or {})}
    )


def etag(server, issue: dict, form: str = "json") -> str:
    return server.get(f"/issues/{issue['slug']}.{form}").headers["etag"]


def test_a_new_issue_is_made_and_found_at_once(harbour):
    body = {
        "guide": GUIDE,
        "section": "Cranes",
        "title": "Spreader will not lock",
        "markdown": "- `E-4499 twistlock open`\n- **Fix**: Grease the twistlocks.\n",
    }
    response = harbour.post("/api/v1/issues", json=body)
    assert response.status_code == 201
    made = harbour.json(response.headers["location"])
    assert made["slug"] == "spreader-will-not-lock"
    assert made["section"] == "Cranes"
    assert made["markdown"].strip() == body["markdown"].strip()
    assert made["fixes"][0]["text"] == "Grease the twistlocks."
    assert harbour.diagnose("E-4499 twistlock open")["matches"][0]["issue"]["id"] == made["id"]
    found = harbour.json("/search.json?q=twistlock")["results"]
    assert found[0]["issue"]["slug"] == "spreader-will-not-lock"


def test_a_title_that_is_taken_gets_a_slug_of_its_own(harbour, issue):
    body = {"guide": GUIDE, "section": "Quay", "title": issue["title"], "markdown": "- a\n"}
    response = harbour.post("/api/v1/issues", json=body)
    assert response.json()["slug"] == issue["slug"] + "-2"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"guide": "no-such-guide"}, "guide"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"colour": "red"}, "colour"),
        ({"markdown": None}, "markdown"),
    ],
)
def test_a_wrong_field_of_a_new_issue_is_422_and_is_named(harbour, change, field):
    body = {"guide": GUIDE, "section": "Quay", "title": "A title", "markdown": "- a\n"} | change
    document = problem(harbour.post("/api/v1/issues", json=body), 422)
    assert field in str(document)


def test_a_heading_inside_an_issue_is_refused_with_its_line(harbour):
    body = {
        "guide": GUIDE,
        "section": "Quay",
        "title": "Heading inside",
        "markdown": "- a\n\n## Not here\n",
    }
    document = problem(harbour.post("/api/v1/issues", json=body), 422)
    assert "3" in str(document["detail"]) + str(document.get("errors"))


def test_a_write_with_the_current_validator_is_a_new_revision(harbour, issue):
    changed = issue["markdown"].replace("Clean", "Scrape")
    response = put(harbour, issue, {"If-Match": etag(harbour, issue)}, markdown=changed)
    assert response.status_code == 200, response.text
    now = harbour.issue(issue["slug"])
    assert now["revision"] > issue["revision"]
    assert now["fixes"][0]["text"] == "Scrape the contacts."
    assert now["fixes"][0]["id"] == issue["fixes"][0]["id"]
    # The validator is that of what is read next, so that a client need not read it again.
    plain = {**bearer(), "Accept-Encoding": "identity"}
    read = harbour.get(f"/api/v1/issues/{issue['slug']}", headers=plain)
    assert read.headers["etag"] == response.headers["etag"]
    again = {**plain, "If-None-Match": response.headers["etag"]}
    assert harbour.get(f"/api/v1/issues/{issue['slug']}", headers=again).status_code == 304


@pytest.mark.parametrize("form", ["html", "md", "txt"])
def test_the_validator_of_any_form_will_do(harbour, issue, form):
    changed = issue["markdown"].replace("Clean", "Polish")
    response = put(harbour, issue, {"If-Match": etag(harbour, issue, form)}, markdown=changed)
    assert response.status_code == 200, response.text


def test_a_star_overwrites(harbour, issue):
    assert put(harbour, issue, {"If-Match": "*"}, markdown="- all new\n").status_code == 200


def test_a_stale_validator_is_412(harbour, issue):
    old = etag(harbour, issue)
    put(harbour, issue, {"If-Match": old}, markdown="- newer\n")
    problem(put(harbour, issue, {"If-Match": old}, markdown="- older\n"), 412)
    assert harbour.issue(issue["slug"])["markdown"].strip() == "- newer"


def test_a_write_that_names_no_revision_is_428(harbour, issue):
    problem(put(harbour, issue, markdown="- careless\n"), 428)


def test_edits_of_different_lines_are_merged(harbour, issue):
    base = issue["revision"]
    mine = issue["markdown"].replace("lamp of the mast", "mast lamp")
    yours = issue["markdown"].replace("Clean", "Scrape")
    assert put(harbour, issue, base=base, markdown=mine).status_code == 200
    response = put(harbour, issue, base=base, markdown=yours)
    assert response.status_code == 200, response.text
    assert response.json()["merged"] is True
    now = harbour.issue(issue["slug"])["markdown"]
    assert "mast lamp" in now
    assert "Scrape" in now


def test_edits_of_the_same_line_are_a_conflict_that_shows_all_three(harbour, issue):
    base = issue["revision"]
    put(harbour, issue, base=base, markdown=issue["markdown"].replace("Clean", "Scrape"))
    response = put(harbour, issue, base=base, markdown=issue["markdown"].replace("Clean", "Oil"))
    document = problem(response, 409)
    assert "Clean" in str(document["base"])
    assert "Scrape" in str(document["current"])
    assert "Oil" in str(document["yours"])
    revisions = [document[side]["revision"] for side in ("base", "current", "yours")]
    assert revisions == [base, base + 1, None], "yours is no revision yet"
    assert "Scrape" in harbour.issue(issue["slug"])["markdown"]


def test_a_title_and_a_text_changed_apart_are_merged(harbour, issue):
    base = issue["revision"]
    put(harbour, issue, base=base, title=issue["title"] + " at night")
    response = put(harbour, issue, base=base, markdown=issue["markdown"].replace("Clean", "Scrape"))
    assert response.status_code == 200, response.text
    now = harbour.json(f"/api/v1/issues/{issue['id']}")
    assert now["title"].endswith("at night")
    assert "Scrape" in now["markdown"]


def test_an_unknown_field_is_422_and_is_named(harbour, issue):
    response = put(harbour, issue, {"If-Match": "*"}, colour="red")
    assert "colour" in str(problem(response, 422))


def test_an_edit_that_breaks_its_own_sample_is_refused_with_the_line(harbour, issue):
    line = "lampd: mast lamp 17 dark"
    broken = f"- a mast\n\n```sample\n{line}\n```\n\n```not-sample\n{line}\n```\n"
    document = problem(put(harbour, issue, {"If-Match": "*"}, markdown=broken), 422)
    assert line in str(document)


def test_an_old_address_leads_to_the_new_one(harbour, issue):
    renamed = issue["title"].replace("Mast", "Jib")
    response = put(harbour, issue, {"If-Match": "*"}, title=renamed)
    assert response.status_code == 200
    slug = issue["slug"].replace("mast", "jib")
    assert response.json()["slug"] == slug
    for method in ("GET", "HEAD"):
        for suffix in ("", ".json", ".md"):
            old = harbour.client.request(method, f"/issues/{issue['slug']}{suffix}?a=1&b=%26")
            assert old.status_code == 301
            assert old.headers["location"].endswith(f"/issues/{slug}{suffix}?a=1&b=%26")
    api = harbour.get(f"/api/v1/issues/{issue['slug']}")
    assert api.status_code == 301
    assert api.headers["location"].endswith(f"/api/v1/issues/{slug}")


def test_writes_to_an_old_address_reach_the_issue(harbour, issue):
    renamed = issue["title"].replace("Mast", "Stern")
    put(harbour, issue, {"If-Match": "*"}, title=renamed)
    response = put(harbour, issue, {"If-Match": "*"}, title=renamed, markdown="- through\n")
    assert response.status_code == 200
    assert harbour.json(f"/api/v1/issues/{issue['id']}")["markdown"].strip() == "- through"


def test_a_title_of_another_time_is_not_given_away(harbour, issue):
    put(harbour, issue, {"If-Match": "*"}, title=issue["title"].replace("Mast", "Bow"))
    body = {"guide": GUIDE, "section": "Quay", "title": issue["title"], "markdown": "- a\n"}
    made = harbour.post("/api/v1/issues", json=body).json()
    assert made["slug"] == issue["slug"] + "-2"


def test_a_deleted_issue_is_gone_from_pages_and_answers(harbour, issue):
    headers = {**bearer(), "If-Match": etag(harbour, issue)}
    response = harbour.client.delete(f"/api/v1/issues/{issue['slug']}", headers=headers)
    assert response.status_code in (200, 204)
    assert harbour.get(f"/issues/{issue['slug']}.json").status_code in (404, 410)
    found = harbour.json("/search.json", params={"q": issue["title"]})["results"]
    assert issue["id"] not in [result["issue"]["id"] for result in found]
    assert issue["title"] not in harbour.get(f"/guides/{GUIDE}.md").text


def test_an_edit_changes_nothing_else_in_the_guide(harbour, issue):
    before = harbour.get(f"/guides/{GUIDE}.md").text
    changed = issue["markdown"].replace("Clean", "Wipe")
    assert put(harbour, issue, {"If-Match": "*"}, markdown=changed).status_code == 200
    after = harbour.get(f"/guides/{GUIDE}.md").text
    place = before.index(issue["title"])
    assert after == before[:place] + before[place:].replace("Clean", "Wipe", 1)


def test_everything_can_be_written_at_the_page_addresses_with_a_token(harbour):
    """For curl: forms, and answers in plain text."""
    client, token = harbour.client, bearer()
    form = {"guide": GUIDE, "section": "Quay", "title": "Bollard creaks", "markdown": "- creak"}
    made = client.post("/issues", data=form, headers=token)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{harbour.url}/issues/bollard-creaks"
    assert made.headers["content-type"].startswith("text/plain")
    assert "Bollard creaks" in made.text
    path = "/issues/bollard-creaks"

    def revision():
        return harbour.issue("bollard-creaks")["revision"]

    assert client.patch(path, data={"markdown": "- groan"}, headers=token).status_code == 428
    start = revision()
    changed = client.patch(path, data={"markdown": "- groan", "base": start}, headers=token)
    assert changed.status_code == 200, changed.text
    whole = {"title": "Bollard creaks", "section": "Quay", "markdown": "- squeal"}
    stale = client.put(path, data=whole, headers={**token, "If-Match": f'"{start}-0"'})
    assert stale.status_code == 412
    put = client.put(path, json=whole, headers={**token, "If-Match": f'"{revision()}-0"'})
    assert put.status_code == 200, put.text
    assert harbour.issue("bollard-creaks")["markdown"].strip() == "- squeal"
    for method in ("put", "patch", "delete"):
        anonymous = client.request(method, path, headers={"If-Match": "*"})
        assert anonymous.status_code == 401, method
    assert client.delete(path, headers={**token, "If-Match": "*"}).status_code == 200
    assert harbour.get(path).status_code == 404
    report = harbour.post("/api/v1/reports", json={"text": "a creak"}).json()["id"]
    assert client.delete(f"/reports/{report}").status_code == 401
    assert client.delete(f"/reports/{report}", headers=token).status_code == 200
    assert harbour.get(f"/reports/{report}").status_code == 404


@pytest.mark.parametrize(("number", "status"), [(1.0, 200), (1.5, 422), ("1", 422), (True, 422)])
def test_a_whole_number_is_one_however_it_is_written(harbour, issue, number, status):
    assert put(harbour, issue, base=number, markdown="- a\n").status_code == status


CRANE_ARTICLE = """\
# Crane stops half way

## Symptoms

The crane stops at 40 degrees.

## Cause

The cam is worn.

## Resolution

Turn the cam.
"""


def test_an_article_with_headings_of_its_own_can_be_edited(harbour, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "crane.md").write_text(CRANE_ARTICLE)
    (folder / "winch.md").write_text(CRANE_ARTICLE.replace("Crane", "Winch"))
    succeed("import", "--db", harbour.database, folder)
    issue = harbour.issue("crane-stops-half-way")
    assert "## Cause" in issue["markdown"]
    worse = issue["markdown"].replace("worn", "worn out")
    response = put(harbour, issue, {"If-Match": etag(harbour, issue)}, markdown=worse)
    assert response.status_code == 200, response.text
    assert harbour.issue("crane-stops-half-way")["causes"] == [{"text": "The cam is worn out."}]
    suggested = harbour.post(
        "/api/v1/suggestions",
        json={"issue": issue["slug"], "title": issue["title"], "markdown": issue["markdown"]},
    )
    assert suggested.status_code == 201, suggested.text
    new = harbour.post(
        "/api/v1/issues",
        json={"guide": issue["guide"], "title": "Hook spins", "markdown": "## Cause\n\nwind\n"},
    )
    assert new.status_code == 201, new.text
