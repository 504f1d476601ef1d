"""From click to click until something helped, and what the next one and the editors are told."""

import re

import pytest
from harness import Server, bearer, copy_database, visible_text
from tabs import Watched

PASTED = "exec /app/run.sh: exec format error"
CRANE = "crane-refuses-to-swing"


@pytest.fixture
def new_server(shipped_database, tmp_path):
    with Server(copy_database(shipped_database, tmp_path / "fixbook.db")) as server:
        yield server


def button(page, words: str):
    return page.get_by_role("button", name=re.compile(words)).first


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_after_each_fix_that_did_not_help_the_next_stands_there_ready(
    chromium, new_server, javascript
):
    server = new_server
    fixes = server.issue("exec-format-error")["fixes"]
    with Watched(chromium, server, java_script_enabled=javascript) as tab:
        page = tab.page
        page.goto("/diagnose")
        page.locator("textarea[name=text]").fill(PASTED)
        button(page, "Find the fix").click()
        for tried in range(1, len(fixes)):
            button(page, "Didn.t help").click()
            page.wait_for_load_state()
            assert page.inner_text("h2#fixes") == "Try this next"
            shown = page.locator("section.fix")
            assert shown.get_attribute("id") == f"fix-{fixes[tried]['id']}"
            assert button(page, "Fixed it").is_visible()
            # No form to fill in before the next one can be tried.
            assert page.locator("textarea:visible, input:visible").count() == 0
            assert page.locator("main ol > li").count() == tried
        button(page, "Didn.t help").click()
        page.wait_for_load_state()
        assert "All fixes of this issue were tried" in page.inner_text("main")
        page.get_by_label(re.compile("something else fix it")).fill("A newer base image.")
        button(page, "Something else fixed it").click()
        page.wait_for_load_state()
        assert page.inner_text("h1") == "Resolved"
        assert "Thank you" in page.get_by_role("status").inner_text()
        tab.assert_quiet()
    suggestions = server.json("/api/v1/suggestions", headers=bearer())["results"]
    assert suggestions[0]["markdown"].rstrip().endswith("- **Fix**: A newer base image.")


@pytest.mark.parametrize("where", ["issue", "diagnosis"])
def test_what_else_fixed_it_is_asked_beside_the_fix(chromium, new_server, where):
    server = new_server
    with Watched(chromium, server, java_script_enabled=False) as tab:
        page = tab.page
        if where == "issue":
            page.goto("/issues/exec-format-error")
        else:
            page.goto(server.diagnose(PASTED)["url"])
        page.locator("summary", has_text="More").first.click()
        page.get_by_label(re.compile("something else fix it")).first.fill("Turned it off and on.")
        button(page, "Something else fixed it").click()
        page.wait_for_load_state()
        assert page.inner_text("h1") == "Resolved"
        report = server.json(re.sub(r"^.*?(/reports/\w+).*$", r"/api/v1\1", page.url))
        tab.assert_quiet()
    assert (report["state"], report["closed_by"]) == ("resolved", "other")
    assert report["issue"]["slug"] == "exec-format-error"
    assert (report["diagnosis"] is not None) == (where == "diagnosis")


def test_not_my_problem_thanks_and_leads_on(chromium, new_server):
    server = new_server
    diagnosis = server.diagnose(PASTED)
    with Watched(chromium, server, java_script_enabled=False) as tab:
        page = tab.page
        page.goto(diagnosis["url"])
        page.locator("summary", has_text="More").first.click()
        button(page, "Not my problem").click()
        page.wait_for_load_state()
        assert page.inner_text("h1") == "Thank you"
        button(page, "Report this problem").click()
        page.wait_for_load_state()
        assert page.inner_text("h1") == "Open report"
        assert PASTED in page.inner_text("main")
        tab.assert_quiet()


def test_seven_questions_of_one_client_are_no_others(fresh_harbour):
    server = fresh_harbour
    line = "slewd[312]: E-4410 slew interlock open, motion inhibited"
    answers = [server.diagnose(line) for _ in range(7)]
    assert [answer["met_last_hour"] for answer in answers] == [0] * 7
    for answer in answers:
        assert "other" not in server.get(f"/diagnoses/{answer['id']}.txt").text.split("Why")[0]
    member = server.token("read")
    for _ in range(200):
        asked = server.post("/api/v1/diagnose", {"text": line}, token=member).json()
        if asked["met_last_hour"] == 1:
            break
    # What waits to be stored is counted a moment later.
    assert asked["met_last_hour"] == 1
    text = server.get(f"/diagnoses/{asked['id']}.txt").text
    assert "met by 1 other in the last hour" in text


def test_what_strangers_say_made_things_worse_is_told_to_editors_only(fresh_harbour):
    server = fresh_harbour
    before = [fix["id"] for fix in server.issue(CRANE)["fixes"]]
    said = server.client.post(
        f"/issues/{CRANE}/outcomes",
        data={"fix": before[0], "result": "made_worse", "note": "the jib fell"},
    )
    assert said.status_code == 201
    assert [fix["id"] for fix in server.issue(CRANE)["fixes"]] == before
    editor, member = server.token("read,edit"), server.token("read,report")
    (warning,) = server.json("/api/v1/warnings", headers=bearer(editor))["results"]
    assert (warning["fix"], warning["issue"]["slug"]) == (before[0], CRANE)
    assert warning["outcomes"][0]["note"] == "the jib fell"
    assert server.get("/api/v1/warnings", headers=bearer(member)).status_code == 403
    page = f"/issues/{CRANE}.html"
    assert "the jib fell" in visible_text(server.get(page, headers=bearer(editor)).text)
    for reader in ({}, bearer(member)):
        assert "jib fell" not in server.get(page, headers=reader).text
        assert "make things worse" not in server.get("/index.html", headers=reader).text
    assert "make things worse" in server.get("/index.html", headers=bearer(editor)).text
    seen = server.post(f"/api/v1/warnings/{warning['id']}/seen", token=editor)
    assert seen.status_code == 200
    assert server.json("/api/v1/warnings", headers=bearer(editor))["results"] == []
    entries = server.json("/api/v1/audit?limit=5", headers=bearer())["results"]
    assert any(f"/warnings/{warning['id']}/seen" in str(entry) for entry in entries)


def test_a_browser_tells_what_it_opened(chromium, new_server):
    server = new_server
    with Watched(chromium, server, java_script_enabled=False) as tab:
        page = tab.page
        page.goto("/search?q=exec+format+error")
        page.locator("ol.results a").first.click()
        page.wait_for_load_state()
        page.goto("/diagnose")
        page.locator("textarea[name=text]").fill(PASTED)
        button(page, "Find the fix").click()
        page.get_by_role("link", name="Container Starts but Returns 500").click()
        page.wait_for_load_state()
        tab.assert_quiet()
    member = server.token("read")
    for _ in range(200):
        opened = server.json("/api/v1/insights", headers=bearer(member))["opened"]
        if opened["followed"] == 2:
            break
    places = {"first": 1, "second": 1, "third": 0, "later": 0}
    assert opened == {"answers": 2, "followed": 2, "places": places}


CLICKED_TWICE = """() => {
  const prevented = [];
  addEventListener('submit', (event) => {
    prevented.push(event.defaultPrevented);
    event.preventDefault();
  });
  const button = document.querySelector('main form[method=post] button');
  button.click();
  button.click();
  return prevented;
}"""


def test_a_second_click_sends_nothing_again(chromium, server):
    with Watched(chromium, server) as tab:
        tab.page.goto("/report")
        tab.page.fill("textarea[name=text]", "the crane hums")
        assert tab.page.evaluate(CLICKED_TWICE) == [False, True]
