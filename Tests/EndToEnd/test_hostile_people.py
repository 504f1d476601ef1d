"""Every other field there is holds what was typed: names, notes, reasons, environments, wordings. All of the
texts stand on each page that shows such a field, and none of them runs or breaks it."""

import unicodedata

import pytest

from guides import HARBOUR
from harness import BROWSER_ACCEPT, Server, bearer, succeed
from hostile import HOSTILE
from tabs import Watched
from test_hostile import shown, visit

CRANE = "crane-refuses-to-swing"

pytestmark = pytest.mark.timeout(300)


class Typed:
    """A server where every text was typed into every field, and what became of it."""

    def __init__(self, server: Server):
        self.server = server
        # How many texts each field took; a field may refuse some for their form.
        self.taken: dict[str, int] = {}
        self.pages: list[str] = []
        self.links: dict[str, str] = {}

    def send(self, field: str, path: str, json: dict, token: str | None = None, method="POST"):
        headers = {**bearer(*([token] if token else [])), "If-Match": "*"}
        answer = self.server.client.request(method, "/api/v1" + path, json=json, headers=headers)
        # 409: a name that another one differs from by its case alone.
        assert answer.status_code in (200, 201, 409, 422), (field, json, answer.text)
        if answer.status_code in (409, 422):
            return None
        self.taken[field] = self.taken.get(field, 0) + 1
        return answer.json()

    def type(self, number: int, text: str) -> None:
        # People and programs, who then write something in their name.
        person = self.send("account", "/users", {"name": text, "role": "editor"})
        if person:
            self.links[text] = person["invitation"]["url"]
        token = self.send("token", "/tokens", {"name": text, "scopes": ["read", "report", "edit"]})
        own = token and token["token"]
        issue = self.send(
            "parts", "/issues",
            {"guide": "harbour-runbook", "title": f"Parts {number}", "section": text,
             "markdown": f"- x\n- **Fix**: y {text}\n- **Verify**: {text}\n- **Tags**: t{number}\n"
                         f"- **Also seen as**: {text}\n- **Applies to**: key={text}\n"
                         f"- **Owner**: {text}\n- **Escalate**: {text}\n- **Source**: {text}\n"
                         f"- **License**: {text}\n- **Attribution**: {text}\n"
                         f"- **Related**: {text}\n\nMore: {text}",
             "comment": text}, own,
        ) or self.send(
            "parts without a section", "/issues",
            {"guide": "harbour-runbook", "title": f"Parts {number}",
             "markdown": f"- x\n- **Fix**: y {text}\n- **Owner**: o {text}"}, own,
        )  # fmt: skip
        assert issue, text
        slug = issue["slug"]
        self.pages.append(f"/issues/{slug}")
        self.send("verification", f"/issues/{slug}/verify", {"against": text}, own)
        self.send("history", f"/issues/{CRANE}", {"markdown": f"- x {number}\n- **Fix**: z", "comment": text}, own, "PATCH")
        # Suggestions, and why not.
        suggestion = self.send(
            "suggestion", "/suggestions",
            {"guide": "harbour-runbook", "title": text, "section": text, "markdown": f"- x {text}",
             "comment": text}, own,
        )  # fmt: skip
        if suggestion:
            self.pages += [f"/suggestions/{suggestion['id']}", f"/suggestions/{suggestion['id']}/edit"]
            if number % 2:
                self.send("reason", f"/suggestions/{suggestion['id']}/reject", {"reason": text}, own)
                self.pages.pop()
        # Reports, what was tried, what helped.
        report = self.send(
            "report", "/reports", {"text": text, "issue": slug, "environment": {"key": text}}, own
        )
        if report:
            fix = issue["fixes"][0]["id"]
            self.send("note", f"/reports/{report['id']}/outcomes",
                      {"fix": fix, "result": "worked", "note": text, "environment": {"key": text},
                       "observed": text, "on_behalf_of": text}, own)  # fmt: skip
            self.send("resolution", f"/reports/{report['id']}/resolve", {"by": "other", "text": text}, own)
            self.pages += [f"/reports/{report['id']}", f"/fixes/{fix}"]
        guide = self.send("guide", "/guides", {"title": text, "introduction": text, "owner": text})
        if guide:
            self.send("section", f"/guides/{guide['slug']}/sections",
                      {"title": text, "introduction": text, "escalate": text})  # fmt: skip
            self.pages += [f"/guides/{guide['slug']}", f"/guides/{guide['slug']}/edit"]
        # What was deleted, and why.
        gone = self.send("deleted", "/issues", {"guide": "harbour-runbook", "title": f"Gone {text}"[:200], "markdown": "- x"}, own)
        if gone:
            deleted = self.server.client.post(
                f"/issues/{gone['slug']}/delete", data={"comment": text}, headers=bearer()
            )
            assert deleted.status_code in (303, 422), deleted.text


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("typed")
    (folder / "harbour.md").write_text(HARBOUR)
    succeed("import", "--db", folder / "fixbook.db", folder / "harbour.md")
    # As behind a proxy: sign-ins are limited by the address that it names.
    flags = ["--trusted-proxy", "127.0.0.1", "--anonymous-reports", "yes"]
    with Server(folder / "fixbook.db", *flags) as server:
        typed = Typed(server)
        for number, text in enumerate(HOSTILE):
            typed.type(number, text)
        yield typed


def watched(chromium, typed: Typed) -> Watched:
    tab = Watched(chromium, typed.server)
    tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
    return tab


def test_every_field_took_what_it_may_hold(typed):
    """Where a text is refused it is for its form (an empty slug, a line end, an invisible sign)."""
    fields = {
        "account", "token", "parts", "parts without a section", "verification", "history",
        "suggestion", "reason", "report", "note", "resolution", "guide", "section", "deleted",
    }  # fmt: skip
    assert set(typed.taken) <= fields
    few = {"parts without a section", "reason"}
    assert {f: n for f, n in typed.taken.items() if f not in few and n < 100} == {}


def test_lists_show_all_of_them_and_run_none(chromium, typed):
    with watched(chromium, typed) as tab:
        tab.context.set_extra_http_headers(bearer())
        paths = [
            "/admin", "/admin/guides", "/admin/users", "/admin/tokens", "/admin/audit?limit=100",
            "/admin/audit?action=create+account&limit=100", "/admin/audit?action=create+token&limit=100",
            f"/issues/{CRANE}/history?limit=100", "/suggestions?limit=100",
            "/suggestions?state=rejected&limit=100", "/deleted?limit=100", "/reports?limit=100",
            "/guides?limit=100", "/recent?limit=100", "/gaps?limit=100", "/insights", "/reviews?limit=100",
            "/issues?limit=100", "/issues/new", "/suggestions/new",
        ]  # fmt: skip
        seen: set[str] = set()
        texts = ""
        while paths:
            path = paths.pop(0)
            if path in seen:
                continue
            seen.add(path)
            visit(tab, path)
            texts += tab.page.locator("main").evaluate("e => e.textContent")
            more = tab.page.locator("main a[rel=next]")
            if more.count() and len(seen) < 60:
                paths.append(more.first.get_attribute("href"))
        tab.assert_quiet()
    # So that the test can fail: the texts were on those pages, as they were typed.
    plain = [text for text in HOSTILE if text == " ".join(text.split()) and shown(text) == text]
    missing = [text for text in plain if text not in texts]
    assert not missing


@pytest.mark.parametrize("part", range(4))
def test_each_page_of_theirs_runs_nothing(chromium, typed, part):
    with watched(chromium, typed) as tab:
        tab.context.set_extra_http_headers(bearer())
        for path in typed.pages[part::4]:
            visit(tab, path)
        tab.assert_quiet()


def test_whoever_is_called_so_may_sign_in(chromium, typed):
    """Names stand in the head of every page, on the account's page, and in the sign-in's address."""
    with watched(chromium, typed) as tab:
        for number, (text, link) in enumerate(typed.links.items()):
            headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"192.0.2.{number}"}
            with typed.server.new_client(headers=headers) as client:
                answer = client.post(
                    "/sign-in", data={"link": link.split("link=")[1]}, headers={"Accept": BROWSER_ACCEPT}
                )
                assert answer.status_code == 303, answer.text
                session = client.cookies["fixbook_session"]
            tab.context.clear_cookies()
            tab.context.add_cookies(
                [{"name": "fixbook_session", "value": session, "url": typed.server.url}]
            )
            # Names of accounts are kept in one form (NFC, UAX #15).
            assert visit(tab, "/account")["h1"] == [unicodedata.normalize("NFC", shown(text))]
        tab.assert_quiet()
