"""One resource, four forms: chosen by suffix or Accept, each with its own validator."""

import pytest

from harness import BROWSER_ACCEPT, curl, visible_text

ISSUE = "/issues/exec-format-error"
TYPES = {
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "txt": "text/plain",
}
KNOWLEDGE = [
    "/",
    "/guides",
    "/guides/agentcore-troubleshooting",
    "/issues",
    ISSUE,
    "/search?q=exec+format+error",
    "/recent",
]


def media_type(response) -> str:
    return response.headers["content-type"].split(";")[0]


@pytest.mark.parametrize("suffix", TYPES)
def test_a_suffix_chooses_the_form(server, suffix):
    response = server.get(f"{ISSUE}.{suffix}")
    assert response.status_code == 200
    assert media_type(response) == TYPES[suffix]
    assert "exec format error" in response.text


@pytest.mark.parametrize("suffix", TYPES)
def test_a_suffix_beats_accept(server, suffix):
    other = "application/json" if suffix != "json" else "text/html"
    assert media_type(server.get(f"{ISSUE}.{suffix}", accept=other)) == TYPES[suffix]


@pytest.mark.parametrize("suffix", ["html", "md", "txt"])
def test_text_forms_say_their_charset(server, suffix):
    content_type = server.get(f"{ISSUE}.{suffix}").headers["content-type"]
    assert "charset=utf-8" in content_type.lower()


@pytest.mark.parametrize("path", KNOWLEDGE)
@pytest.mark.parametrize("suffix", TYPES)
def test_every_page_of_knowledge_has_all_four_forms(server, path, suffix):
    response = server.get(path, accept=TYPES[suffix])
    assert response.status_code == 200
    assert media_type(response) == TYPES[suffix]
    assert "accept" in response.headers["vary"].lower()
    assert response.headers["etag"].startswith('"')


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (BROWSER_ACCEPT, "html"),
        ("text/html", "html"),
        ("*/*", "txt"),
        ("application/json", "json"),
        ("application/*", "json"),
        ("text/markdown", "md"),
        ("text/plain", "txt"),
        ("text/html;q=0.5, application/json", "json"),
        ("application/json;q=0.1, text/markdown;q=0.9", "md"),
        ("text/html;q=0.3, text/plain;q=0.2, */*;q=0.1", "html"),
        ("image/png, */*;q=0.1", "txt"),
        ("text/plain;q=0, */*;q=0.5, text/markdown", "md"),
        ("TEXT/HTML", "html"),
        ("text/html ; q=0.9 , application/json ; q=0.8", "html"),
    ],
)
def test_accept_is_read_with_its_weights(server, accept, form):
    assert media_type(server.get(ISSUE, accept=accept)) == TYPES[form]


def test_what_weighs_nothing_is_not_sent(server):
    assert media_type(server.get(ISSUE, accept="text/plain;q=0, */*")) != "text/plain"
    assert media_type(server.get(ISSUE, accept="text/html;q=0, text/*;q=0.5")) != "text/html"


def test_a_client_that_does_not_say_gets_text(server):
    client = server.new_client()
    del client.headers["accept"]
    response = client.get(ISSUE)
    assert "accept" not in response.request.headers
    assert media_type(response) == "text/plain"


def test_curl_gets_text(server):
    done = curl(f"{server.url}{ISSUE}")
    assert done.returncode == 0
    assert b"exec format error" in done.stdout
    assert b"<html" not in done.stdout.lower()
    assert "no recorded attempts" in done.stdout.decode()


@pytest.mark.parametrize("path", [ISSUE, "/search?q=exec", "/"])
def test_nothing_acceptable_lists_what_there_is(server, path):
    response = server.get(path, accept="image/png")
    assert response.status_code == 406
    for name in TYPES.values():
        assert name in response.text


@pytest.mark.parametrize("suffix", TYPES)
def test_an_unchanged_form_is_not_sent_again(server, suffix):
    first = server.get(f"{ISSUE}.{suffix}")
    tag = first.headers["etag"]
    for condition in (tag, f"W/{tag}", f'"something-else", {tag}', "*"):
        again = server.get(f"{ISSUE}.{suffix}", headers={"If-None-Match": condition})
        assert again.status_code == 304, condition
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert "accept" in again.headers["vary"].lower()


def test_another_validator_gets_the_whole_form(server):
    response = server.get(ISSUE, headers={"If-None-Match": '"something-else"'})
    assert response.status_code == 200
    assert response.content


def test_each_form_has_its_own_validator(server):
    tags = {server.get(f"{ISSUE}.{suffix}").headers["etag"] for suffix in TYPES}
    assert len(tags) == len(TYPES)


def test_each_coding_has_its_own_validator(server):
    plain = server.get(f"{ISSUE}.html", headers={"Accept-Encoding": "identity"})
    packed = server.get(f"{ISSUE}.html", headers={"Accept-Encoding": "gzip"})
    assert plain.text == packed.text
    assert packed.headers.get("content-encoding") == "gzip"
    assert plain.headers["etag"] != packed.headers["etag"]
    assert "accept-encoding" in packed.headers["vary"].lower()


def test_an_issue_validator_begins_with_its_revision(server):
    response = server.get(f"/api/v1{ISSUE}")
    assert response.headers["etag"].startswith(f'"{response.json()["revision"]}-')


@pytest.mark.parametrize("path", [*KNOWLEDGE, "/help", "/assets/fixbook.css"])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_head_says_what_get_says(server, path, accept):
    got = server.get(path, accept=accept)
    asked = server.client.head(path, headers={"Accept": accept})
    assert asked.status_code == got.status_code
    assert asked.content == b""

    def comparable(response):
        changing = ("date", "request-id", "set-cookie", "server-timing", "ratelimit")
        return {
            name: value
            for name, value in response.headers.items()
            if not any(word in name for word in changing)
        }

    assert comparable(asked) == comparable(got)


def test_the_json_form_and_its_api_twin_are_the_same(server):
    assert server.json(f"{ISSUE}.json") == server.json(f"/api/v1{ISSUE}")


def test_the_api_answers_json_whatever_is_accepted(server):
    assert media_type(server.get(f"/api/v1{ISSUE}", accept="text/html")) == "application/json"


def test_an_issue_has_the_promised_shape(server):
    issue = server.issue("exec-format-error")
    expected = {
        "id", "external_id", "slug", "title", "guide", "section", "revision", "confidence",
        "markdown", "symptoms", "causes", "fixes", "samples", "aliases", "checks", "environment",
        "owner", "escalate", "sources", "license", "attribution", "tags", "links", "verified",
        "created_at", "updated_at", "url",
    }  # fmt: skip
    assert expected <= issue.keys()
    assert issue["title"] == "exec format error"
    assert issue["guide"] == "agentcore-troubleshooting"
    assert issue["section"] == "Container Issues"
    assert issue["url"] == f"{server.url}{ISSUE}"
    assert all(symptom["text"] for symptom in issue["symptoms"])
    for fix in issue["fixes"]:
        assert {"id", "text", "verify", "risk", "evidence"} <= fix.keys()
        assert {"worked", "tried", "reporters", "low", "high", "last_worked_at"} <= fix[
            "evidence"
        ].keys()
        assert (fix["evidence"]["worked"], fix["evidence"]["tried"]) == (0, 0)


def test_an_issue_is_served_under_its_number_too(server):
    issue = server.issue("exec-format-error")
    response = server.get(f"/issues/{issue['id']}.json")
    assert response.status_code == 200
    assert response.json()["slug"] == "exec-format-error"
    assert "canonical" in response.headers["link"]
    assert ISSUE in response.headers["link"]


def test_the_markdown_form_is_what_stands_in_the_guide(server):
    issue = server.issue("exec-format-error")
    assert issue["markdown"] in server.get(f"{ISSUE}.md").text
    assert issue["markdown"] in server.get("/guides/agentcore-troubleshooting.md").text


def test_the_page_reads_without_markup(server):
    text = visible_text(server.get(f"{ISSUE}.html").text)
    assert "exec format error" in text
    assert "no recorded attempts" in text


def test_both_shipped_guides_are_there(server):
    guides = server.json("/guides.json")["results"]
    assert {"agentcore-troubleshooting", "agentcore-field-notes"} <= {g["slug"] for g in guides}


def test_the_first_guide_has_its_31_issues(server):
    issues = server.json("/api/v1/issues?guide=agentcore-troubleshooting&limit=100")
    assert len(issues["results"]) == 31
    assert issues["next"] is None


def test_a_list_goes_on_where_it_stopped(server):
    seen, path = [], "/api/v1/issues?limit=20"
    while path:
        response = server.get(path)
        page = response.json()
        assert len(page["results"]) <= 20
        seen += [issue["slug"] for issue in page["results"]]
        path = page["next"] and f"/api/v1/issues?limit=20&cursor={page['next']}"
        assert ('rel="next"' in response.headers.get("link", "")) == bool(path)
    assert len(seen) == len(set(seen)) > 31


def test_search_ranks_the_issue_of_that_title_first(server):
    answer = server.json("/search.json?q=exec+format+error")
    assert answer["query"] == "exec format error"
    first = answer["results"][0]
    assert first["issue"]["slug"] == "exec-format-error"
    assert {"issue", "score", "excerpt"} <= first.keys()


def test_a_search_for_nothing_finds_nothing_and_says_so(server):
    answer = server.json("/search.json?q=")
    assert answer["results"] == []
    assert answer["next"] is None


@pytest.mark.parametrize("query", ['"', "--payload", "a:b", "NEAR(", "*", "c++ AND", "504", "'"])
def test_no_search_text_is_an_error(server, query):
    assert server.get("/search.json", params={"q": query}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/favicon.ico"])
def test_machines_find_their_addresses(server, path):
    assert server.get(path).status_code == 200
