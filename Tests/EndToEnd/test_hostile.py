"""Every field holds what was typed, however it is meant, and no page runs or breaks by it."""

import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote

import pytest

from harness import Server, bearer, copy_database, make_token
from hostile import HOSTILE
from tabs import Watched

pytestmark = pytest.mark.timeout(300)

# What a page may hold, whatever texts it shows.
STRUCTURE = """() => ({
  body: [...document.body.children].map((e) => e.localName).join(' '),
  scripts: [...document.scripts].filter((s) => s.textContent
    || !new URL(s.src).pathname.startsWith('/assets/')).length,
  handlers: [...document.querySelectorAll('*')].filter((e) =>
    [...e.attributes].some((a) => /^on/i.test(a.name) || a.name === 'style')).length,
  links: [...document.querySelectorAll('[href], [src], [action]')].filter((e) =>
    !/^(https?|mailto):/.test(e.href ?? e.src ?? e.getAttribute('action'))
    && e.localName !== 'form').length,
  forms: [...document.forms].filter((f) =>
    new URL(f.getAttribute('action') ?? '', location).origin !== location.origin).length,
  foreign: document.querySelectorAll('iframe, object, embed, base, meta[http-equiv], img, video, style')
    .length,
  h1: [...document.querySelectorAll('h1')].map((e) => e.textContent),
})"""
SOUND = {
    "body": "a header main footer", "scripts": 0, "handlers": 0, "links": 0, "forms": 0, "foreign": 0
}  # fmt: skip


def shown(text: str) -> str:
    """As HTML shows it: no control characters, which it does not allow."""
    return "".join(
        "\ufffd" if unicodedata.category(c) == "Cc" and c not in "\t\n" else c for c in text
    )


def markdown_of(text: str) -> str:
    return f"- seen: {text}\n- **Cause**: said {text}\n- **Fix**: do {text}\n- **Tags**: {text}"


@pytest.fixture(scope="module")
def server(harbour_database, tmp_path_factory):
    """A server with an issue for each text, and the texts in every other field there is."""
    database = tmp_path_factory.mktemp("hostile") / "fixbook.db"
    copy_database(harbour_database, database)
    name = "<script>alert(1)</script> '; -- {{7*7}} \u202e"
    token = make_token(database, "read,report,edit", name=name)
    with Server(database) as server:
        server.titles = {}
        server.refused = []
        for text in HOSTILE:
            made = server.post(
                "/api/v1/issues", token=token,
                json={"guide": "harbour-runbook", "section": "Typed", "title": text,
                      "markdown": markdown_of(text), "comment": text},
            )  # fmt: skip
            if made.status_code == 201:
                server.titles[made.json()["slug"]] = text
            else:
                # Refused for its form, never broken by it.
                assert made.status_code == 422, (text, made.text)
                server.refused.append(text)
        yield server


def visit(tab: Watched, path: str, *statuses: int) -> dict:
    response = tab.page.goto(path, wait_until="domcontentloaded")
    assert response.status in (statuses or (200,)), path
    found = tab.page.evaluate(STRUCTURE)
    title = found.pop("h1")
    assert found == SOUND, path
    return {"h1": title}


def test_an_issue_holds_what_was_typed(server):
    assert len(server.titles) >= 100, server.refused
    for slug, text in server.titles.items():
        issue = server.issue(slug)
        assert issue["title"] == " ".join(re.split(r"[ \t\n\r\x0b\x0c]+", text)).strip()
        assert issue["markdown"] == markdown_of(text), slug
        revision = server.json(f"/api/v1/issues/{slug}/revisions/1")
        assert revision["comment"] == text


def test_no_issue_page_runs_or_breaks(chromium, server):
    with Watched(chromium, server) as tab:
        tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
        for slug, text in server.titles.items():
            heading = visit(tab, f"/issues/{slug}.html")["h1"]
            assert heading == [shown(server.issue(slug)["title"])], slug
        tab.assert_quiet()


@pytest.fixture(scope="module")
def gathered(server) -> str:
    """One issue with all of the texts in every revision."""
    lines = [line for text in HOSTILE for line in markdown_of(text).split("\n")]
    made = server.post(
        "/api/v1/issues",
        json={"guide": "harbour-runbook", "title": "All of them", "markdown": "\n".join(lines)},
    )
    assert made.status_code == 201, made.text
    changed = server.client.patch(
        "/api/v1/issues/all-of-them", headers={**bearer(), "If-Match": "*"},
        json={"markdown": "\n".join(line + " now" for line in lines)},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    return "all-of-them"


def test_no_list_history_or_editor_runs_or_breaks(chromium, server, gathered):
    editor = bearer()
    with Watched(chromium, server) as tab:
        tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
        tab.context.set_extra_http_headers(editor)
        for path in (
            "/", "/issues?limit=100", "/issues?sort=updated&limit=100", "/guides/harbour-runbook",
            "/recent?limit=100", "/issues/new", "/guides/harbour-runbook/edit", "/reviews",
        ):  # fmt: skip
            visit(tab, path)
        for page in (
            "history", "revisions/1", "revisions/2", "diff?from=1&to=2", "edit", "edit?fields=1",
            "diff?from=1&to=2&view=side", "suggest", "suggest?fields=1",
        ):  # fmt: skip
            visit(tab, f"/issues/{gathered}/{page}")
        for slug in list(server.titles)[::14]:
            for page in ("history", "revisions/1", "edit", "edit?fields=1", "suggest"):
                visit(tab, f"/issues/{slug}/{page}")
        tab.assert_quiet()


def test_no_question_runs_or_breaks(chromium, server):
    with Watched(chromium, server) as tab:
        tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
        for text in HOSTILE:
            # "guide:x" names a guide that is not there.
            visit(tab, f"/search?q={quote(text, safe='')}", 200, 422)
        for text in HOSTILE:
            visit(tab, f"/issues?tag={quote(text, safe='')}")
        tab.errors = [error for error in tab.errors if "422" not in error]
        tab.page.goto("/diagnose")
        tab.page.fill("textarea", "\n".join(HOSTILE))
        tab.page.locator("main form button").first.click()
        assert {k: v for k, v in tab.page.evaluate(STRUCTURE).items() if k != "h1"} == SOUND
        tab.assert_quiet()


def test_a_terminal_gets_no_control_characters(server):
    paths = ["/issues.txt?limit=100", "/recent.txt?limit=100", "/guides/harbour-runbook.txt"]
    for path in paths + [f"/issues/{slug}.txt" for slug in server.titles]:
        text = server.get(path).text
        assert [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"] == [], path


def test_feeds_stay_well_formed(server):
    for path in ("/feed.atom", "/sitemap.xml"):
        ElementTree.fromstring(server.get(path).content)
    assert len(server.get("/llms.txt").content) < 65_536


def test_an_address_is_never_a_fault(server):
    for text in HOSTILE:
        for base in ("/issues/", "/guides/", "/fixes/", "/checks/", "/go/", "/diagnoses/"):
            response = server.client.get(base + quote(text, safe=""))
            assert response.status_code < 500, (base, text, response.text)
            assert "set-cookie" not in response.headers
