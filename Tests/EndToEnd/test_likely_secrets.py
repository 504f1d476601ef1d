"""Issues are kept as they are typed; what looks like a secret in them is told."""

import pytest

from harness import BROWSER_ACCEPT, bearer

SECRET = "correct" + "-Horse9!battery"
LINE = f"DB_PASSWORD={SECRET}"
LEAKY = f"- the crane stops\n- **Fix**: set the password again:\n\n```sh\nexport {LINE}\n```\n"
ISSUE = "crane-refuses-to-swing"
WORDS = "looks like a secret"
HTML = {"Accept": BROWSER_ACCEPT}
BROWSER = bearer() | HTML


def create(server, markdown: str, title: str = "Crane needs its password"):
    body = {"guide": "harbour-runbook", "section": "Cranes", "title": title, "markdown": markdown}
    response = server.post("/api/v1/issues", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def test_a_new_issue_is_kept_as_typed_and_its_lines_are_named(fresh_harbour):
    made = create(fresh_harbour, LEAKY)
    assert LINE in made["markdown"]
    assert [(w["line"], w["secret"]) for w in made["warnings"]] == [(5, "password")]
    assert SECRET not in str(made["warnings"])
    # Who reads it later is not told again.
    assert "warnings" not in fresh_harbour.issue(made["slug"])


def test_an_edit_tells_while_the_secret_is_there(fresh_harbour):
    slug = create(fresh_harbour, "- the crane stops")["slug"]

    def edit(markdown: str) -> dict:
        response = fresh_harbour.client.patch(
            f"/api/v1/issues/{slug}",
            json={"markdown": markdown},
            headers=bearer() | {"If-Match": "*"},
        )
        assert response.status_code == 200, response.text
        return response.json()

    assert [w["line"] for w in edit(LEAKY)["warnings"]] == [5]
    assert "warnings" not in edit(LEAKY.replace(SECRET, "<password>"))


def test_a_title_is_told_of_too(fresh_harbour):
    made = create(fresh_harbour, "- the crane stops", title=f"Crane refuses {LINE}")
    assert len(made["warnings"]) == 1
    assert "title" in made["warnings"][0]["detail"]


def test_a_suggestion_tells_its_author_and_who_decides(fresh_harbour):
    body = {"issue": ISSUE, "base": 1, "title": "Crane", "section": "Cranes", "markdown": LEAKY}
    made = fresh_harbour.post("/api/v1/suggestions", json=body).json()
    assert [(w["line"], w["secret"]) for w in made["warnings"]] == [(5, "password")]
    page = fresh_harbour.client.get(f"/suggestions/{made['id']}", headers=BROWSER)
    assert WORDS in page.text and "line 5 (password)" in page.text
    accepted = fresh_harbour.post(f"/api/v1/suggestions/{made['id']}/accept")
    assert [w["line"] for w in accepted.json()["warnings"]] == [5]
    again = fresh_harbour.client.get(f"/suggestions/{made['id']}", headers=BROWSER)
    assert WORDS not in again.text
    sent = fresh_harbour.client.post("/suggestions", data=body, headers=HTML)
    assert sent.status_code == 201 and "line 5 (password)" in sent.text


@pytest.mark.parametrize("fields", [False, True])
def test_the_editor_tells_beside_the_preview_and_after_saving(fresh_harbour, fields):
    form = {"base": "1", "title": "Crane", "section": "Cranes", "markdown": LEAKY}
    if fields:
        form |= {"fields": "1", "markdown": "- a", "symptom-1": LINE}
    address = f"/issues/{ISSUE}/edit"

    def send(action: str):
        return fresh_harbour.client.post(address, data=form | {"action": action}, headers=BROWSER)

    preview = send("preview")
    assert preview.status_code == 200
    assert WORDS in preview.text and "(password)" in preview.text
    saved = send("save")
    assert saved.status_code == 303
    page = fresh_harbour.client.get(saved.headers["location"], headers=BROWSER)
    assert WORDS in page.text
    later = fresh_harbour.client.get(saved.headers["location"].split("?")[0], headers=BROWSER)
    assert WORDS not in later.text
    assert WORDS not in fresh_harbour.client.get(address, headers=BROWSER).text
