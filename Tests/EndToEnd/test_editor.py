"""The editor in a real browser, with and without JavaScript, and as forms that programs send."""

import re

import pytest

from harness import BROWSER_ACCEPT, Server, bearer, succeed
from staff import sign_in as session_of
from tabs import Watched

ISSUE = "crane-refuses-to-swing"
EDIT = f"/issues/{ISSUE}/edit"

pytestmark = pytest.mark.timeout(300)


def sign_in(tab: Watched) -> Watched:
    """Every request of the tab comes from someone who may edit."""
    tab.context.set_extra_http_headers(bearer())
    return tab


def lines_changed(server, number: int) -> tuple[list[str], list[str]]:
    """The lines that a revision took out and put in."""
    texts = [
        server.json(f"/api/v1/issues/{ISSUE}/revisions/{n}")["markdown"].split("\n")
        for n in (number - 1, number)
    ]
    return (
        [line for line in texts[0] if line not in texts[1]],
        [line for line in texts[1] if line not in texts[0]],
    )


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_fields_change_what_was_changed_and_nothing_else(chromium, fresh_harbour, javascript):
    with sign_in(Watched(chromium, fresh_harbour, java_script_enabled=javascript)) as tab:
        page = tab.page
        page.goto(EDIT)
        page.get_by_role("button", name="Edit in fields").click()
        page.fill("#symptom-2", "the jib does not move")
        page.get_by_role("button", name="Add a fix").click()
        page.fill("#fix-3", "Call the shop:\n\n```sh\nring 4711\n```")
        page.fill("#verify-3", "someone comes")
        page.select_option("#risk-3", "safe")
        # There and back: nothing is lost.
        page.get_by_role("button", name="Edit as text").click()
        assert "- **Verify**: someone comes" in page.input_value("#markdown")
        page.get_by_role("button", name="Edit in fields").click()
        assert page.input_value("#fix-3").startswith("Call the shop:")
        page.fill("#comment", "a third way")
        page.locator("button.primary").click()
        assert page.url == f"{fresh_harbour.url}/issues/{ISSUE}"
        tab.assert_quiet()
    issue = fresh_harbour.issue(ISSUE)
    assert [fix["verify"] for fix in issue["fixes"]].count("someone comes") == 1
    assert lines_changed(fresh_harbour, 2) == (
        ["- the jib stays where it is while the hoist works"],
        ["- the jib does not move", "- **Fix**: Call the shop:", "ring 4711",
         "- **Verify**: someone comes", "- **Risk**: safe"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("check-1", "no rule", "has no rule"),
        ("fix-1", "one\n\n- **Cause**: two", "read as something else"),
        ("title", "", "title is missing"),
        ("title", "x" * 201, "200 characters"),
        ("section", "two\nlines", "one line"),
    ],
)
def test_a_mistake_stands_at_its_field_and_nothing_typed_is_lost(fresh_harbour, field, text, words):
    form = {"fields": "1", "base": "1", "title": "Crane", "section": "Cranes", "action": "save",
            "markdown": fresh_harbour.issue(ISSUE)["markdown"], "symptom-1": "typed <b> & more",
            "fix-1": "f", "sample-1": "", field: text}  # fmt: skip
    answer = fresh_harbour.client.post(
        EDIT, data=form, headers={**bearer(), "Accept": BROWSER_ACCEPT}
    )
    assert answer.status_code == 422, answer.text[:300]
    assert words in answer.text
    assert "typed &lt;b&gt; &amp; more" in answer.text
    assert f'id="{field}-mistake"' in answer.text
    assert fresh_harbour.issue(ISSUE)["revision"] == 1


def test_a_mistake_in_the_text_is_shown_with_its_line(fresh_harbour):
    form = {"base": "1", "title": "Crane", "section": "Cranes", "markdown": "- a\n\n## b"}
    answer = fresh_harbour.client.post(
        EDIT, data=form, headers={**bearer(), "Accept": BROWSER_ACCEPT}
    )
    assert answer.status_code == 422
    assert "Line 3" in answer.text
    assert "<code>## b</code>" in answer.text


@pytest.mark.parametrize(
    "broken",
    [
        "- a\n\n# heading",
        "- a\n- **Check**: berth-code: length 1..2",  # the name of another issue's check
        "- a\n\n```sample\nE-77 storm gate\n```\n\n```not-sample\nE-77 storm gate\n```",
    ],
)
@pytest.mark.parametrize("where", ["edit", "new"])
def test_what_the_store_refuses_comes_back_in_the_form(fresh_harbour, where, broken):
    form = {"title": "Mine", "section": "Quay", "comment": "why not", "markdown": broken}
    form |= {"base": "1"} if where == "edit" else {"guide": "harbour-runbook"}
    answer = fresh_harbour.client.post(
        EDIT if where == "edit" else "/issues/new", data=form,
        headers={**bearer(), "Accept": BROWSER_ACCEPT},
    )  # fmt: skip
    assert answer.status_code == 422, answer.text[:500]
    assert "Not saved yet" in answer.text
    assert 'value="why not"' in answer.text
    assert broken.split("\n")[0] in answer.text
    assert len(fresh_harbour.json("/api/v1/issues")["results"]) == 4


def test_a_suggestion_with_a_mistake_comes_back_in_its_form(fresh_harbour):
    form = {"issue": ISSUE, "base": "1", "title": "Crane", "section": "Cranes",
            "markdown": "- my words\n\n# no", "comment": "mine"}  # fmt: skip
    answer = fresh_harbour.client.post(
        "/suggestions", data=form, headers={"Accept": BROWSER_ACCEPT}
    )
    assert answer.status_code == 422
    assert "Line 3" in answer.text and "- my words" in answer.text
    assert 'action="/suggestions"' in answer.text
    form["markdown"] = "- my words"
    sent = fresh_harbour.client.post("/suggestions", data=form, headers={"Accept": BROWSER_ACCEPT})
    assert sent.status_code == 201


def edit(tab: Watched, old: str, new: str) -> None:
    text = tab.page.input_value("#markdown")
    assert old in text
    tab.page.fill("#markdown", text.replace(old, new))


def test_two_browsers_that_change_different_lines_are_merged(chromium, fresh_harbour):
    with (
        sign_in(Watched(chromium, fresh_harbour)) as first,
        sign_in(Watched(chromium, fresh_harbour)) as second,
    ):
        for tab in (first, second):
            tab.page.goto(EDIT)
        edit(first, "until it clicks", "until it snaps")
        edit(second, "the panel says", "the display says")
        first.page.locator("button.primary").click()
        second.page.locator("button.primary").click()
        assert "Someone else had changed this issue" in second.page.inner_text("main .notice")
        second.page.get_by_role("link", name="See what changed").click()
        assert "until it snaps" not in second.page.inner_text(".diff ins")
        markdown = fresh_harbour.issue(ISSUE)["markdown"]
        assert "until it snaps" in markdown and "the display says" in markdown
        for tab in (first, second):
            tab.assert_quiet()


def test_two_browsers_that_change_one_line_lose_neither(chromium, fresh_harbour):
    with (
        sign_in(Watched(chromium, fresh_harbour)) as first,
        sign_in(Watched(chromium, fresh_harbour)) as second,
    ):
        for tab in (first, second):
            tab.page.goto(EDIT)
        edit(first, "until it clicks", "until it snaps")
        edit(second, "until it clicks", "with both hands")
        first.page.locator("button.primary").click()
        second.page.locator("button.primary").click()
        assert "Someone else changed the same lines" in second.page.inner_text("main")
        assert second.page.locator("ins", has_text="snaps").count() == 1  # theirs
        assert "with both hands" in second.page.input_value("#markdown")  # yours
        second.page.get_by_text("Where both began").click()
        assert "until it clicks" in second.page.inner_text("details")  # base
        edit(second, "with both hands", "with both hands until it snaps")
        second.page.locator("button.primary").click()
        assert "with both hands until it snaps" in fresh_harbour.issue(ISSUE)["markdown"]
        assert fresh_harbour.issue(ISSUE)["revision"] == 3


@pytest.mark.parametrize("part", ["guide", "section"])
def test_two_who_edit_what_a_guide_says_lose_neither(chromium, fresh_harbour, part):
    guide = fresh_harbour.json("/api/v1/guides")["results"][0]["slug"]
    address = f"/guides/{guide}"
    if part == "section":
        section = fresh_harbour.json("/api/v1" + address)["sections"][0]["id"]
        address += f"/sections/{section}"
    with (
        sign_in(Watched(chromium, fresh_harbour)) as first,
        sign_in(Watched(chromium, fresh_harbour)) as second,
    ):
        for tab, words in ((first, "Ring the bell."), (second, "Wear a helmet.")):
            tab.page.goto(address + "/edit")
            tab.page.fill("#introduction", words)
        for tab in (first, second):
            tab.page.get_by_role("button", name="Save").click()
        assert "Someone else saved this meanwhile" in second.page.inner_text("main")
        assert second.page.locator("del", has_text="Ring").count() == 1  # theirs
        assert second.page.input_value("#introduction").strip() == "Wear a helmet."
        assert "Ring the bell." in fresh_harbour.get(f"/guides/{guide}.md").text
        second.page.fill("#introduction", "Ring the bell. Wear a helmet.")
        second.page.get_by_role("button", name="Save").click()
        assert "Ring the bell. Wear a helmet." in fresh_harbour.get(f"/guides/{guide}.md").text


def test_changes_of_different_fields_of_a_guide_are_merged(fresh_harbour):
    guide = "/guides/" + fresh_harbour.json("/api/v1/guides")["results"][0]["slug"]
    browser = {**bearer(), "Accept": BROWSER_ACCEPT}
    form = fresh_harbour.client.get(guide + "/edit", headers=browser).text
    base = re.search(r'name="base" value="([^"]+)"', form)[1]
    title = re.search(r'name="title" value="([^"]+)"', form)[1]
    owner = re.search(r'name="owner" value="([^"]*)"', form)[1]
    change = {"owner": "the night shift"}
    assert fresh_harbour.client.patch("/api/v1" + guide, json=change, headers=bearer()).status_code == 200
    fields = {"base": base, "title": title, "introduction": "Ring the bell.", "owner": owner}
    saved = fresh_harbour.client.post(guide + "/edit", data=fields, headers=browser)
    assert saved.status_code == 303, saved.text
    now = fresh_harbour.json("/api/v1" + guide)
    assert now["owner"] == "the night shift" and "Ring the bell." in now["introduction"]


def test_the_preview_follows_the_typing_and_a_draft_outlives_the_tab(chromium, fresh_harbour):
    with sign_in(Watched(chromium, fresh_harbour)) as tab:
        page = tab.page
        page.goto(EDIT)
        page.fill("#markdown", "- a **bold** new line")
        page.wait_for_selector(".preview strong")
        page.wait_for_function("localStorage.length > 0")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto("/")
        assert asked == ["beforeunload"]
        page.goto(EDIT)
        page.get_by_role("button", name="Bring it back").click()
        page.wait_for_selector(".preview strong")
        assert page.input_value("#markdown") == "- a **bold** new line"
        page.locator("button.primary").click()
        page.wait_for_url(re.compile(f"/issues/{ISSUE}$"))
        page.goto(EDIT)  # saved: nothing is left to bring back
        assert page.get_by_role("button", name="Bring it back").count() == 0
        tab.assert_quiet()


def test_a_guide_with_other_line_ends_keeps_them_in_the_editor(tmp_path):
    guide = "# DOS\r\n\r\n## S\r\n\r\n### One\r\n- a\r\n- b\r\n- **Fix**: c\r\n"
    (tmp_path / "dos.md").write_bytes(guide.encode())
    succeed("import", "--db", tmp_path / "dos.db", tmp_path / "dos.md")
    with Server(tmp_path / "dos.db") as server:

        def save(markdown: str) -> None:
            form = {"base": "1", "title": "One", "section": "S", "markdown": markdown}
            answer = server.client.post(
                "/issues/one/edit", data=form, headers={**bearer(), "Accept": BROWSER_ACCEPT}
            )
            assert answer.status_code == 303

        save("- a\r\n- b\r\n- **Fix**: c")
        assert server.issue("one")["revision"] == 1
        save("- a\r\n- bb\r\n- **Fix**: c")
        assert server.get("/guides/dos.md").text == guide.replace("- b\r", "- bb\r")


def test_changes_are_shown_side_by_side(chromium, fresh_harbour):
    fresh_harbour.client.patch(
        f"/api/v1/issues/{ISSUE}", headers={**bearer(), "If-Match": "*"},
        json={"markdown": fresh_harbour.issue(ISSUE)["markdown"].replace("clicks", "snaps")},
    )  # fmt: skip
    with Watched(chromium, fresh_harbour, viewport={"width": 390, "height": 800}) as tab:
        tab.page.goto(f"/issues/{ISSUE}/diff")
        tab.page.get_by_role("link", name="Side by side").click()
        assert tab.page.inner_text("table.side .old del").strip() == "clicks,"
        assert tab.page.inner_text("table.side .new ins").strip() == "snaps,"
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        tab.assert_quiet()
    text = fresh_harbour.get(f"/issues/{ISSUE}/diff.txt?view=side").text
    assert "[-clicks,-]" in text and "{+snaps,+}" in text


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_rows_change_places_and_keep_what_they_are(chromium, fresh_harbour, javascript):
    before = fresh_harbour.issue(ISSUE)
    fixes = {fix["text"]: (fix["id"], fix["verify"], fix["risk"]) for fix in before["fixes"]}
    with sign_in(Watched(chromium, fresh_harbour, java_script_enabled=javascript)) as tab:
        page = tab.page
        page.goto(EDIT + "?fields=1")
        first, second = page.input_value("#fix-1"), page.input_value("#fix-2")
        assert page.get_by_role("button", name="Move fix 1 up").count() == 0
        page.get_by_role("button", name="Move fix 2 up").click()
        assert (page.input_value("#fix-1"), page.input_value("#fix-2")) == (second, first)
        assert page.input_value("#verify-2") == "the panel says `slew ready`"
        # Whoever goes by the keyboard goes on from there.
        focus = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focus == "Move fix 1 down"
        page.get_by_role("button", name="Move symptom 1 down").click()
        page.locator("button.primary").click()
        assert page.url == f"{fresh_harbour.url}/issues/{ISSUE}"
        tab.assert_quiet()
    after = fresh_harbour.issue(ISSUE)
    assert [fix["text"] for fix in after["fixes"]] == [fix["text"] for fix in before["fixes"]][::-1]
    assert {f["text"]: (f["id"], f["verify"], f["risk"]) for f in after["fixes"]} == fixes
    assert [s["text"] for s in after["symptoms"]] == [s["text"] for s in before["symptoms"]][::-1]


@pytest.mark.parametrize("action", ["up-fix-1", "down-fix-2", "up-fix-99", "down-cause-1"])
def test_a_row_at_the_end_stays_where_it_is(fresh_harbour, action):
    fields = {
        "base": "1", "title": "T", "section": "Cranes", "markdown": "- s\n- **Fix**: a\n- **Fix**: b",
        "fields": "1", "symptom-1": "s", "cause-1": "", "fix-1": "a", "fix-2": "b", "action": action,
    }  # fmt: skip
    headers = {**bearer(), "Accept": BROWSER_ACCEPT}
    page = fresh_harbour.client.post(EDIT, data=fields, headers=headers)
    assert page.status_code == 200
    assert page.text.index(">\na</textarea>") < page.text.index(">\nb</textarea>")
    for wrong in ("up-fix", "up-fix-x", "left-fix-1", "add-", "up-title-1", "save-1"):
        refused = fresh_harbour.client.post(EDIT, data={**fields, "action": wrong}, headers=bearer())
        assert refused.status_code == 422, wrong


def test_a_long_conflict_shows_what_differs_and_leads_to_ones_own_text(chromium, fresh_harbour):
    text = "\n".join(f"- symptom {n}" for n in range(60)) + "\n- **Fix**: press it"
    made = fresh_harbour.post(
        "/api/v1/issues", json={"guide": "harbour-runbook", "title": "Long one", "markdown": text}
    )
    assert made.status_code == 201
    phone = {"viewport": {"width": 360, "height": 740}}
    with sign_in(Watched(chromium, fresh_harbour, **phone)) as tab:
        page = tab.page
        page.goto("/issues/long-one/edit")
        page.fill("#markdown", text.replace("press it", "press it twice"))
        fresh_harbour.client.patch(
            "/api/v1/issues/long-one", headers={**bearer(), "If-Match": "*"},
            json={"markdown": text.replace("press it", "pull it")},
        )  # fmt: skip
        page.locator("button.primary").click()
        # Both sides on the first screens, not behind sixty equal lines each.
        assert page.locator("pre.diff", has_text="equal lines").count() == 2
        assert page.locator("pre.diff", has_text="symptom 20").count() == 0
        assert page.locator("form.editor").bounding_box()["y"] < 3 * 740
        page.get_by_role("link", name="Go to your text").click()
        assert page.evaluate("location.hash") == "#markdown"


def test_a_session_that_ends_while_writing_loses_no_text(chromium, fresh_harbour):
    """The page says so, keeps the text, and sends it again once signed in in another tab."""
    text = "- the jib <hums> & stops\n- **Fix**: Wait until it is quiet.\n"
    with Watched(chromium, fresh_harbour, java_script_enabled=False) as tab:
        tab.context.add_cookies([session_of(fresh_harbour, "Ida", "editor")])
        page = tab.page
        page.goto(EDIT)
        page.fill("#markdown", text)
        page.fill("#comment", "heard it")
        tab.context.clear_cookies()
        page.locator("button.primary").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Sign in first"
        assert page.get_by_label("Markdown").input_value() == text
        assert fresh_harbour.issue(ISSUE)["revision"] == 1
        tab.context.add_cookies([session_of(fresh_harbour, "Ivo", "editor")])
        page.get_by_role("button", name="Send again").click()
        assert page.url == f"{fresh_harbour.url}/issues/{ISSUE}"
    issue = fresh_harbour.issue(ISSUE)
    assert issue["markdown"].strip() == text.strip()
    revision = fresh_harbour.json(f"/api/v1/issues/{ISSUE}/revisions/2")
    assert (revision["author"], revision["comment"]) == ("Ivo", "heard it")


def test_a_form_of_another_site_is_not_offered_again(fresh_harbour):
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://elsewhere.example"},
        {},
    ):
        answer = fresh_harbour.client.post(
            EDIT,
            data={"base": "1", "title": "t", "markdown": "- " + "evil " * 30},
            headers={"Accept": BROWSER_ACCEPT, **headers},
        )
        assert answer.status_code in (401, 403)
        assert "evil" not in answer.text
