"""Every page in a real browser, light and dark, large and small: usable, quiet, light to load."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness import bearer
from tabs import Watched

ISSUE = "/issues/exec-format-error"
PASTED = "exec /app/run.sh: exec format error"
PAGES = {
    "home": "/",
    "guides": "/guides",
    "guide": "/guides/agentcore-troubleshooting",
    "issues": "/issues",
    "issue": ISSUE,
    "issue with code": "/issues/node-js-22-ipv6-issue-in-vpc",
    "search": "/search?q=exec+format+error",
    "empty search": "/search?q=zyzzyva",
    "diagnose": "/diagnose",
    "suggestion": ISSUE + "/suggest",
    "suggestion in fields": ISSUE + "/suggest?fields=1",
    "diff": ISSUE + "/diff?from=1&to=1&view=side",
    "report": "/report",
    "recent": "/recent",
    "help": "/help",
    "help-api": "/help/api",
    "help-api-issues": "/help/api/issues",
    "sign in": "/sign-in",
    "not found": "/no/such/page",
}
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1200, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1200, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

pytestmark = pytest.mark.timeout(300)


def assert_usable(tab: Watched, look: str, picture: Path) -> None:
    """No violation that axe can see, nothing to scroll sideways; leaves a picture to look at."""
    tab.page.screenshot(path=picture, full_page=True)
    found = Axe().run(tab.page, options={"runOnly": WCAG_2_2_AA})
    assert found.violations_count == 0, found.generate_report()
    width = tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= LOOKS[look]["viewport"]["width"], "the page scrolls sideways"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_usable_and_quiet(chromium, server, name, look, tmp_path):
    with Watched(chromium, server, **LOOKS[look]) as tab:
        response = tab.page.goto(PAGES[name])
        assert_usable(tab, look, tmp_path / f"{name} {look}.png")
        if response.status == 404:  # the browser itself logs that
            tab.errors = [error for error in tab.errors if "404" not in error]
        tab.assert_quiet()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("verdict", "text"), [("known", PASTED), ("unknown", "hello\n" * 50)])
def test_an_answer_is_usable_and_quiet(chromium, server, look, verdict, text, tmp_path):
    with Watched(chromium, server, **LOOKS[look]) as tab:
        tab.page.goto(f"/diagnoses/{server.diagnose(text)['id']}")
        assert_usable(tab, look, tmp_path / f"{verdict} {look}.png")
        tab.assert_quiet()


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_members_are_usable_and_quiet(chromium, staff, look, tmp_path):
    with Watched(chromium, staff.server, **LOOKS[look]) as tab:
        tab.context.add_cookies([staff.cookie])
        for name, path in staff.pages.items():
            response = tab.page.goto(path)
            # A deleted issue is not there, but for who may bring it back.
            assert response.status == (404 if name == "deleted issue" else 200), name
            for details in tab.page.locator("main details").all():
                details.evaluate("element => element.open = true")
            assert_usable(tab, look, tmp_path / f"{name} {look}.png")
        tab.errors = [error for error in tab.errors if "404" not in error]
        tab.assert_quiet()


def test_the_pages_of_members_are_light(chromium, staff):
    for name, path in staff.pages.items():
        with Watched(chromium, staff.server) as tab:
            tab.context.add_cookies([staff.cookie])
            tab.page.goto(path, wait_until="networkidle")
            assert len(tab.requests) <= 4, (name, [request.url for request in tab.requests])
            size = sum(request.sizes()["responseBodySize"] for request in tab.requests)
            assert size <= 30 * 1024, (name, size)


@pytest.mark.parametrize("look", LOOKS)
def test_a_conflict_and_a_new_token_are_usable(chromium, staff, look, tmp_path):
    with Watched(chromium, staff.server, **LOOKS[look]) as tab:
        tab.context.add_cookies([staff.cookie])
        path = staff.pages["merged issue"]
        tab.page.goto(path + "/edit")
        text = tab.page.input_value("#markdown")
        tab.page.fill("#markdown", "As I saw it. " + text)
        changed = staff.server.client.patch(
            "/api/v1" + path, headers={**bearer(), "If-Match": "*"},
            json={"markdown": f"As seen in {look} light. {text}"},
        )  # fmt: skip
        assert changed.status_code == 200
        tab.page.locator("button.primary").click()
        assert "Someone else changed the same lines" in tab.page.inner_text("main")
        assert_usable(tab, look, tmp_path / f"conflict {look}.png")
        tab.page.goto("/admin/tokens")
        tab.page.fill("#token-name", "nightly import")
        tab.page.get_by_role("button", name="Make the token").click()
        assert_usable(tab, look, tmp_path / f"new token {look}.png")


def brightness(page) -> float:
    """How bright the page's ground is, 0 to 1."""
    colour = page.evaluate(
        """() => [document.body, document.documentElement]
             .map(element => getComputedStyle(element).backgroundColor)
             .find(colour => colour !== 'rgba(0, 0, 0, 0)') ?? 'rgb(255, 255, 255)'"""
    )
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return (red + green + blue) / 3 / 255


def test_dark_mode_is_dark(chromium, server):
    for look, is_right in (("light", lambda b: b > 0.8), ("dark", lambda b: b < 0.25)):
        with Watched(chromium, server, **LOOKS[look]) as tab:
            tab.page.goto(ISSUE)
            assert is_right(brightness(tab.page)), look


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light(chromium, server, name):
    """At most 30 KB and four requests, the first time."""
    with Watched(chromium, server) as tab:
        tab.page.goto(PAGES[name], wait_until="networkidle")
        assert len(tab.requests) <= 4, [request.url for request in tab.requests]
        assert sum(request.sizes()["responseBodySize"] for request in tab.requests) <= 30 * 1024


def test_the_keyboard_reaches_the_content_first(chromium, server):
    with Watched(chromium, server) as tab:
        tab.page.goto(ISSUE)
        tab.page.keyboard.press("Tab")
        target = tab.page.evaluate("document.activeElement.getAttribute('href')")
        assert target and target.startswith("#"), "the first stop is the skip link"
        assert tab.page.locator(target).count() == 1
