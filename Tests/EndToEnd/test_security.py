"""What a stranger's page, name or text must not achieve."""

import re

import pytest

from guides import HARBOUR
from harness import (
    BROWSER_ACCEPT,
    Server,
    bearer,
    browser_form,
    copy_database,
    problem,
    succeed,
)

PAGES = ["/", "/issues/exec-format-error", "/search?q=exec", "/diagnose", "/sign-in", "/nowhere"]
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_nothing_that_is_not_their_own(server, path):
    headers = server.get(path, accept=BROWSER_ACCEPT).headers
    policy = headers["content-security-policy"]
    directives = dict(
        part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip()
    )
    assert directives["default-src"] == "'none'"
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert directives[name] in ("'none'", "'self'"), name


@pytest.mark.parametrize("path", [*PAGES, "/issues/exec-format-error.json", "/assets/fixbook.css"])
def test_answers_say_how_they_may_be_used(server, path):
    headers = server.get(path, accept="*/*").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]
    assert headers["cross-origin-resource-policy"] in ("same-origin", "same-site")


def test_pages_are_closed_to_other_windows_and_devices(server):
    headers = server.get("/", accept=BROWSER_ACCEPT).headers
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["permissions-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_inline_script_or_style(server, path):
    page = server.get(path, accept=BROWSER_ACCEPT).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert not re.search(r"(src|action)=[\"']?(https?:)?//(?!127\.0\.0\.1)", page)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_sent_from_another_site_is_refused(server, headers):
    fix = server.issue("exec-format-error")["fixes"][0]
    diagnosis = server.diagnose("exec /app/run.sh: exec format error")
    response = server.client.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": fix["id"], "result": "worked"},
        headers={"Accept": "application/json", **headers},
    )
    assert response.status_code == 403
    assert server.issue("exec-format-error")["fixes"][0]["evidence"] == fix["evidence"]


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "own"}, {}])
def test_a_form_of_our_own_is_taken(server, headers):
    if "Origin" in headers:
        headers = {"Origin": server.url}
    diagnosis = server.diagnose("exec /app/run.sh: exec format error")
    fix = server.issue("exec-format-error")["fixes"][0]["id"]
    response = server.client.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": fix, "result": "worked"},
        headers={"Accept": "application/json", **headers},
    )
    assert response.status_code == 201, response.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
def test_a_foreign_host_name_is_421(server, host):
    for path in ("/", "/api/v1/search?q=a", "/assets/fixbook.css"):
        assert server.get(path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_loopback_names_are_known(server, name):
    port = server.authority.split(":")[1]
    response = server.get("/issues/exec-format-error.json", headers={"Host": f"{name}:{port}"})
    assert response.status_code == 200


def test_addresses_are_never_built_from_a_strangers_host(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "base.db")
    with Server(
        database, "--public-url", "https://fixbook.example", "--allowed-host", "other.example"
    ) as server:
        for host in ("fixbook.example", "other.example", "localhost"):
            issue = server.get("/issues/exec-format-error.json", headers={"Host": host}).json()
            assert issue["url"] == "https://fixbook.example/issues/exec-format-error"
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
        assert "evil.example" not in server.get("/issues/exec-format-error", headers=forged).text


@pytest.mark.parametrize(
    "path",
    [
        "/issues/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/search?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&limit=0",
        "/guides/%22onmouseover%3Dalert(1)",
    ],
)
def test_no_text_of_the_client_comes_back_unescaped(server, path):
    page = server.get(path, accept=BROWSER_ACCEPT).text
    assert SCRIPT not in page
    assert '"onmouseover' not in page


def test_pasted_markup_is_shown_as_text(server):
    form = browser_form(f"exec format error {SCRIPT} <img src=x onerror=alert(1)>")
    form["headers"] |= {"Accept": BROWSER_ACCEPT, "Origin": server.url}
    response = server.client.post("/diagnose", **form)
    assert response.status_code == 200
    assert SCRIPT not in response.text
    assert "<img src=x" not in response.text


def test_markup_in_an_issue_is_shown_as_text(harbour):
    body = {
        "guide": "harbour-runbook",
        "section": "Quay",
        "title": f"Odd title {SCRIPT}",
        "markdown": f"- {SCRIPT}\n- [a link](javascript:alert(1))\n\n<iframe src=/></iframe>\n",
    }
    made = harbour.post("/api/v1/issues", json=body)
    assert made.status_code == 201, made.text
    page = harbour.get(f"/issues/{made.json()['slug']}.html").text
    assert SCRIPT not in page
    assert "<iframe" not in page
    assert 'href="javascript:' not in page.lower()


def test_a_secret_in_a_search_is_not_logged(server):
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    server.get("/search", params={"q": secret})
    server.get(f"/issues/{secret}")
    assert secret not in server.output


def test_a_member_page_is_not_cached_by_others(server):
    headers = server.get("/api/v1/reports", headers=bearer()).headers
    assert re.search(r"private|no-store", headers["cache-control"])


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory):
    """A server, an issue in it, and the client of someone who has signed in to it."""
    folder = tmp_path_factory.mktemp("signed-in")
    (folder / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    with Server(folder / "base.db", "--no-guides") as server:
        succeed("import", "--db", server.database, folder / "harbour.md")
        link = re.search(r"/sign-in\?link=([\w-]+)", server.output)[1]
        with server.new_client(headers={"Accept": "text/html"}) as client:
            own = {"Sec-Fetch-Site": "same-origin"}
            client.post("/sign-in", data={"link": link}, headers=own)
            assert "fixbook_session" in client.cookies
            yield server, client


SLUG = "crane-refuses-to-swing"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "own"}])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", f"/issues/{SLUG}", {"title": "Renamed by a cookie"}),
        ("PUT", f"/issues/{SLUG}", {"title": "a", "section": "", "markdown": "- a"}),
        ("DELETE", f"/issues/{SLUG}", None),
        ("POST", "/issues", {"guide": "harbour-runbook", "title": "b", "markdown": "- b"}),
        ("POST", f"/issues/{SLUG}/verify", {}),
        ("POST", "/reports", {"text": "met"}),
        ("POST", "/suggestions", {"issue": SLUG, "title": "a", "markdown": "- a"}),
    ],
)
def test_the_api_writes_with_a_token_only(signed_in, method, path, body, headers):
    server, client = signed_in
    if "Origin" in headers:
        headers = {"Origin": server.url}
    before = server.issue(SLUG)
    answer = client.request(
        method, f"/api/v1{path}", json=body, headers={"If-Match": "*", **headers}
    )
    assert problem(answer, 401)["code"] == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert server.issue(SLUG) == before
    with_token = client.request(
        method, f"/api/v1{path}", json=body, headers={"If-Match": '"0-0"', **bearer(), **headers}
    )
    assert with_token.status_code in (200, 201, 412), with_token.text


def test_a_form_that_nothing_vouches_for_is_asked_about_in_a_browser_and_refused_elsewhere(
    signed_in,
):
    server, client = signed_in
    before = server.issue(SLUG)
    form = {"against": "1.0"}
    asked = client.post(f"/issues/{SLUG}/verify", data=form)
    assert "Please confirm" in asked.text
    for accept in ("application/json", "*/*", "text/plain"):
        refused = client.post(f"/issues/{SLUG}/verify", data=form, headers={"Accept": accept})
        assert refused.status_code == 403, accept
        assert "foreign_form" in refused.text
    changed = client.patch(f"/issues/{SLUG}", data={"title": "x"}, headers={"If-Match": "*"})
    assert changed.status_code == 403
    assert server.issue(SLUG) == before
