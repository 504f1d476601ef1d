"""Addresses: written as a URI must be, each thing under one of them, forms chosen by their suffix."""

import re
from urllib.parse import quote, unquote

import pytest

from harness import BROWSER_ACCEPT, bearer, curl, problem

TYPES = {
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "txt": "text/plain",
}
KNOWLEDGE = ["/", "/diagnose", "/checks", "/fixes/1", "/recent", "/issues/exec-format-error/history"]
URI = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"


def media_type(response) -> str:
    return response.headers["content-type"].split(";")[0]


@pytest.mark.parametrize("suffix", TYPES)
@pytest.mark.parametrize("path", ["/nope", "/no/such/page"])
def test_the_suffix_of_an_unknown_address_chooses_the_form_of_the_error(server, path, suffix):
    for accept in ("*/*", "text/html", "application/json"):
        response = server.get(f"{path}.{suffix}", accept=accept)
        assert response.status_code == 404
        expected = "application/problem+json" if suffix == "json" else TYPES[suffix]
        assert media_type(response) == expected, accept


@pytest.mark.parametrize("path", KNOWLEDGE)
def test_no_two_forms_share_a_validator(server, path):
    tags = {server.get(path, accept=form).headers["etag"] for form in TYPES.values()}
    assert len(tags) == len(TYPES)


# Pages that show no knowledge exist as HTML only.

PAGES_OF_HTML = ["/sign-in", "/issues/exec-format-error/suggest"]


@pytest.mark.parametrize("path", PAGES_OF_HTML)
@pytest.mark.parametrize(
    ("accept", "type"),
    [
        (BROWSER_ACCEPT, "text/html"),
        ("text/html;q=0.1, application/json", "text/html"),
        ("*/*", "text/plain"),
        ("application/json", None),
        ("text/markdown", None),
        ("text/plain", None),
        ("application/json, */*;q=0", None),
    ],
)
def test_a_page_of_html_has_no_other_form(server, path, accept, type):
    response = server.get(path, accept=accept)
    if type:
        assert (response.status_code, media_type(response)) == (200, type)
        assert ("open this page in a browser" in response.text) == (type == "text/plain")
    else:
        assert response.status_code == 406
        assert "text/html" in response.text
        assert "text/markdown" not in response.text


@pytest.mark.parametrize("path", PAGES_OF_HTML)
def test_a_page_of_html_has_no_address_of_another_form(server, path):
    assert media_type(server.get(f"{path}.html", accept="*/*")) == "text/html"
    for suffix in ("json", "md", "txt"):
        assert server.get(f"{path}.{suffix}").status_code == 406


# Letters of every script in names, ASCII alone in addresses.


@pytest.fixture(scope="module")
def foreign(harbour) -> dict:
    body = {
        "guide": "harbour-runbook",
        "section": "Quay",
        "title": "日本語 エラー",
        "markdown": "- `E-9911 錨`\n- **Check**: Tide Table: length 3..9\n- **Fix**: 直す\n",
    }
    made = harbour.post("/api/v1/issues", json=body)
    assert made.status_code == 201, made.text
    return {"location": made.headers["location"], **made.json()}


def addresses(harbour, foreign) -> dict[str, str]:
    """Every address of the issue that the server gives away."""
    slug = foreign["slug"]
    sitemap = harbour.get("/sitemap.xml").text
    feed = harbour.get("/feed.atom").text
    return {
        "location": foreign["location"],
        "json": foreign["url"],
        "number": re.search(
            r'<([^>]+)>; rel="canonical"', harbour.get(f"/issues/{foreign['id']}").headers["link"]
        )[1],
        "go": harbour.get(f"/go/{quote(slug)}").headers["location"],
        "sitemap": next(
            found for found in re.findall("<loc>(.*?)</loc>", sitemap) if slug in unquote(found)
        ),
        "feed": next(
            found for found in re.findall('href="(.*?)"', feed) if slug in unquote(found)
        ),
        "text": next(
            word for word in harbour.get("/search.txt?q=E-9911").text.split() if "/issues/" in word
        ),
    }


def test_addresses_of_foreign_letters_are_percent_encoded_and_lead_back(harbour, foreign):
    for name, address in addresses(harbour, foreign).items():
        assert re.fullmatch(URI, address), name
        assert foreign["slug"] in unquote(address), name
        # By curl, since httpx would mend what is not encoded.
        url = address if "://" in address else harbour.url + address
        assert curl("-o", "/dev/null", "-w", "%{http_code}", url).stdout == b"200", name


def test_a_redirect_to_foreign_letters_is_percent_encoded(harbour, foreign):
    moved = harbour.post(
        "/api/v1/issues",
        json={"guide": "harbour-runbook", "section": "Quay", "title": "Old name", "markdown": "- a\n"},
    ).json()
    response = harbour.client.patch(
        f"/api/v1/issues/{moved['slug']}",
        json={"title": "Neuer Größenwahn"},
        headers={**bearer(), "If-Match": "*"},
    )
    assert response.status_code == 200, response.text
    location = harbour.get("/issues/old-name.json?width=60").headers["location"]
    assert location == "/issues/neuer-gr%C3%B6%C3%9Fenwahn.json?width=60"


def test_a_check_may_have_a_name_of_several_words(harbour, foreign):
    [check] = [
        check
        for check in harbour.json("/api/v1/checks")["results"]
        if check["name"] == "Tide Table"
    ]
    assert check["url"] == f"{harbour.url}/checks/Tide%20Table"
    assert harbour.json("/checks/Tide%20Table.json?value=ebb")["pass"] is True
    assert 'href="/checks/Tide%20Table"' in harbour.get("/checks.html").text


COMPOSED, APART = "\u00e9dition", "e\u0301dition"


@pytest.mark.parametrize("form", [COMPOSED, APART])
def test_an_address_is_the_same_however_its_letters_are_composed(harbour, form):
    body = {"guide": "harbour-runbook", "section": "Quay", "title": "Édition", "markdown": "- a\n"}
    if harbour.get(f"/issues/{quote(COMPOSED)}").status_code == 404:
        assert harbour.post("/api/v1/issues", json=body).status_code == 201
    for prefix in ("", "/api/v1"):
        response = harbour.get(f"{prefix}/issues/{quote(form)}")
        assert response.status_code == 200
        assert "Édition" in response.text


def test_other_forms_are_found_from_an_encoded_dot(server):
    response = server.get("/issues/exec-format-error%2ejson")
    assert media_type(response) == "application/json"
    links = re.findall(r'<([^>]+)>; rel="alternate"', response.headers["link"])
    assert len(links) == 3
    for link in links:
        assert server.get(link).status_code == 200


@pytest.mark.parametrize("number", ["+1", "01", "1.0", "%31%20", "-1", "１"])
def test_a_number_has_one_way_of_writing(server, number):
    number = quote(number, safe="%+")
    for path in ("/fixes/{}", "/issues/exec-format-error/revisions/{}", "/issues/{}"):
        assert server.get(path.format(number)).status_code == 404, path
    for query in ("limit", "cursor"):
        text = f"c{number}" if query == "cursor" else number
        assert server.get(f"/issues?{query}={text.replace('+', '%2B')}").status_code == 422, query


# What every exchange has.


def test_each_answer_names_its_exchange(server):
    responses = [
        server.get("/"),
        server.get("/"),
        server.get("/nope"),
        server.get("/healthz"),
        server.client.post("/diagnose", content=b"exec format error"),
        server.get("/", headers={"Host": "evil.example"}),
        server.get("/", headers={"If-None-Match": "*"}),
    ]
    ids = [response.headers["request-id"] for response in responses]
    assert all(re.fullmatch(r"[0-9a-z]{12}", name) for name in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("/api/v1/reports", "application/json"),
        ("/reports", "application/x-www-form-urlencoded"),
        ("/api/v1/diagnose", "text/plain"),
        ("/diagnose", "application/json"),
        ("/api/v1/checks/session-id", "application/json"),
        ("/mcp", "application/json"),
    ],
)
def test_a_coded_body_is_refused_and_not_read_as_if_it_were_plain(server, path, type):
    headers = {**bearer(), "Content-Type": type, "Content-Encoding": "gzip"}
    headers["Accept"] = "application/json"
    response = server.client.post(path, content=b"\x1f\x8b\x08nonsense", headers=headers)
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert problem(response, 415)["code"] == "unsupported_content_coding"


def test_no_coding_is_no_coding(server):
    response = server.client.post(
        "/api/v1/diagnose", content=b"exec format error", headers={"Content-Encoding": "identity"}
    )
    assert response.json()["verdict"] == "known"
