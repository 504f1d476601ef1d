"""The pages in a real browser, with and without JavaScript."""

import re
from pathlib import Path

import pytest

from harness import Server, copy_database
from tabs import Watched

ISSUE = "/issues/exec-format-error"
PASTED = "exec /app/run.sh: exec format error"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def new_server(shipped_database, tmp_path):
    with Server(copy_database(shipped_database, tmp_path / "fixbook.db")) as server:
        yield server


def submit(page, text: str = "", file: Path | None = None) -> None:
    """Fills the form that takes an error, and sends it."""
    form = page.locator("form", has=page.locator("textarea[name=text]"))
    form.locator("textarea[name=text]").fill(text)
    if file:
        form.locator("input[type=file][name=file]").set_input_files(file)
    form.locator("button, input[type=submit]").last.click()
    page.get_by_role("link", name="exec format error").first.wait_for()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_pasted_error_leads_to_a_fix_and_the_fix_to_its_record(chromium, new_server, javascript):
    with Watched(chromium, new_server, java_script_enabled=javascript) as tab:
        page = tab.page
        page.goto("/")
        if page.locator("textarea[name=text]").count() == 0:
            page.locator("a[href='/diagnose']").first.click()
        submit(page, PASTED)
        assert "--platform linux/arm64" in page.inner_text("main")
        page.get_by_role("button", name="Fixed it").first.click()
        page.wait_for_load_state()

        page.goto(ISSUE)
        assert re.search(r"worked\s+1\s+of\s+1", page.inner_text("main"))
        tab.assert_quiet()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_what_did_not_help_is_recorded_and_the_page_goes_on(chromium, new_server, javascript):
    with Watched(chromium, new_server, java_script_enabled=javascript) as tab:
        page = tab.page
        page.goto("/diagnose")
        submit(page, PASTED)
        page.get_by_role("button", name=re.compile("Didn.t help")).first.click()
        page.wait_for_load_state()
        assert "exec format error" in page.inner_text("main")
        page.goto(ISSUE)
        assert re.search(r"worked\s+0\s+of\s+1", page.inner_text("main"))
        tab.assert_quiet()


def test_a_file_can_be_chosen_instead_of_pasting(chromium, server, tmp_path):
    log = tmp_path / "build.log"
    log.write_text("one\ntwo\n" + PASTED + "\n")
    with Watched(chromium, server) as tab:
        tab.page.goto("/diagnose")
        submit(tab.page, file=log)
        assert re.search(r"\bline 3\b", tab.page.inner_text("main"))
        tab.assert_quiet()


def test_the_search_box_finds_an_issue(chromium, server):
    with Watched(chromium, server) as tab:
        tab.page.goto("/")
        box = tab.page.locator("input[name=q]").first
        box.fill("exec format error")
        box.press("Enter")
        tab.page.get_by_role("link", name="exec format error").first.click()
        assert tab.page.url == server.url + ISSUE
        assert tab.page.inner_text("h1") == "exec format error"
        tab.assert_quiet()


def sessions(tab) -> list[dict]:
    return [cookie for cookie in tab.context.cookies() if cookie["httpOnly"]]


def follow_sign_in_link(tab, link: str) -> None:
    """A link may ask for a click, so that programs which look ahead do not use it up."""
    tab.page.goto(link)
    button = tab.page.locator("main").get_by_role("button")
    if button.count():
        button.first.click()
        tab.page.wait_for_load_state()


def test_the_sign_in_link_signs_in_once(chromium, tmp_path):
    with Server(tmp_path / "new.db") as server:
        link = re.search(rf"{re.escape(server.url)}/sign-in\S+", server.output).group(0)
        with Watched(chromium, server) as tab:
            follow_sign_in_link(tab, link)
            assert sessions(tab)
            assert all(cookie["sameSite"] == "Lax" for cookie in sessions(tab))
            tab.assert_quiet()
        with Watched(chromium, server) as latecomer:
            follow_sign_in_link(latecomer, link)
            assert sessions(latecomer) == []
