"""The whole main job as a team lives it, once, from its own runbooks to an answer without a server."""

import re
import subprocess

import pytest

from harness import BINARY, Server, bearer, environment, fixbook, succeed

RUNBOOK = """# Payments runbook

- **Owner**: payments team
- **Escalate**: oncall-payments@example.org

## Checkout

### Queue backlog
- Orders stay in `pending`
- **Fix**: Restart the consumer.

### Card declined
- Customers see "card declined" although the bank says yes
- **Fix**: Renew the gateway's certificate.
"""

LOG = """2026-11-25T01:00:00Z INFO  ledger starting
2026-11-25T01:00:03Z INFO  connected to db ledger-prod-3
2026-11-25T01:00:09Z ERROR ledger: reconcile aborted: checksum mismatch in batch 88213 (expected 0x5f3a, got 0x0000)
2026-11-25T01:00:09Z INFO  retrying in 5s
"""

# The same trouble another day: other times, another batch.
LATER = """2026-12-02T17:20:11Z INFO  ledger starting
2026-12-02T17:21:40Z ERROR ledger: reconcile aborted: checksum mismatch in batch 90441 (expected 0x11c0, got 0x0000)
"""

FIX = "Copy the batch again from the bank's file:\n\n```sh\nledgerctl batch refetch BATCH\n```\n"


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "payments.md").write_text(RUNBOOK)
    succeed("import", "--db", tmp_path / "kb.db", folder)
    return tmp_path / "kb.db"


def test_from_runbooks_to_an_answer_that_worked(base):
    with Server(base) as server:
        # A log that nobody has seen yet: an honest "not known", and whom to ask.
        answer = server.client.post("/diagnose", content=LOG).text
        assert answer.startswith("NOT KNOWN")
        assert "payments team" in answer and "oncall-payments@example.org" in answer
        line = re.search(r"^(curl .*reports)$", answer, re.M).group(1)
        assert pasted(line).returncode == 0
        reports = server.client.get("/api/v1/reports", headers=bearer()).json()["results"]
        assert len(reports) == 1 and "checksum mismatch" in reports[0]["text"]

        # What was not known is a gap, by the line that tells what went wrong.
        gaps = server.client.get("/api/v1/gaps", headers=bearer()).json()["results"]
        assert len(gaps) == 1 and "checksum mismatch" in gaps[0]["text"]

        # It becomes a draft with that line as its sample, and gets a fix.
        draft = server.post(
            "/api/v1/gaps/draft", {"gap": gaps[0]["id"], "guide": "payments-runbook"}).json()
        assert draft["title"].startswith("ledger: reconcile aborted: checksum mismatch in batch … (")
        again = server.post(
            "/api/v1/gaps/draft", {"gap": gaps[0]["id"], "guide": "payments-runbook"})
        assert (again.status_code, again.json()["slug"]) == (200, draft["slug"])
        issue = server.client.get(f"/api/v1/issues/{draft['slug']}", headers=bearer()).json()
        assert any("checksum mismatch" in sample["text"] for sample in issue["samples"])
        written = server.client.put(
            f"/api/v1/issues/{draft['slug']}",
            headers=bearer(),
            json={
                "base": issue["revision"],
                "title": "Ledger batch is damaged",
                "markdown": issue["markdown"].rstrip("\n") + f"\n\n- **Fix**: {FIX}",
            },
        )
        assert written.status_code == 200, written.text
        slug = written.json()["slug"]

        # The same log is known now, and the line that the answer prints says what happened.
        answer = server.client.post("/diagnose", content=LATER).text
        assert answer.startswith("KNOWN") and "Ledger batch is damaged" in answer
        assert "ledgerctl batch refetch BATCH" in answer
        line = re.search(r"^\s*(curl .*outcomes.*)$", answer, re.M).group(1)
        said = pasted(line)
        assert said.returncode == 0, said.stderr
        page = server.client.get(f"/issues/{slug}").text
        assert "worked 1 of 1" in page

        # In other words, too, and by the agents' protocol with the revision to quote.
        again = server.client.post(
            "/api/v1/diagnose",
            json={"text": "why does the ledger stop with a wrong checksum for a batch?"}).json()
        assert again["verdict"] in ("known", "possible"), again
        assert again["matches"][0]["issue"]["slug"] == slug
        told = server.client.post(
            "/mcp",
            headers={
                "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"},
            json={
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {"name": "diagnose", "arguments": {"text": LATER}},
            },
        )
        match = told.json()["result"]["structuredContent"]["matches"][0]
        assert match["issue"]["slug"] == slug and match["issue"]["revision"] >= 2

    # Without the server the file says the same.
    offline = fixbook("diagnose", "--db", base, input=LATER)
    assert offline.returncode == 0 and offline.stdout.decode().startswith("KNOWN")
    assert "worked 1 of 1" in offline.stdout.decode()
    # Its lines need no server either.
    line = re.search(r"^(fixbook report .*)$", offline.stdout.decode(), re.M).group(1)
    said = pasted(line.replace("fixbook", str(BINARY), 1))
    assert said.returncode == 0 and "worked 2 of 2" in said.stdout, said
    strange = fixbook("diagnose", "--db", base, input="gearbox of the crane howls\n")
    line = re.search(r"^(fixbook report .*)$", strange.stdout.decode(), re.M).group(1)
    assert pasted(line.replace("fixbook", str(BINARY), 1)).returncode == 0


def pasted(line: str) -> subprocess.CompletedProcess:
    """What a person gets who pastes a printed line into a shell."""
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, env=environment())


def test_the_first_start_on_imported_runbooks_greets_with_what_is_there(base):
    with Server(base) as server:
        said = server.output
        assert re.search(r"/sign-in\?link=[a-z2-9]{32}", said), said
        assert "exec-format-error" not in said
        lines = re.findall(r"^  (curl .*|printf .*)$", said, re.M)
        assert len(lines) == 3
        for line in lines:
            done = pasted(line)
            assert done.returncode == 0 and "Queue backlog" in done.stdout, line
    with Server(base) as server:
        # An administrator is there already.
        assert server.output.count("/sign-in?link=") == 1


def test_an_empty_base_greets_with_the_way_to_fill_it(tmp_path):
    with Server(tmp_path / "empty.db", "--no-guides") as server:
        assert "fixbook import" in server.output and "/issues/new" in server.output
        assert "curl" not in server.output


def test_the_importer_says_each_thing_once(tmp_path):
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "payments.md").write_text(RUNBOOK)
    done = subprocess.run(
        [BINARY, "import", "--db", tmp_path / "kb.db", folder], capture_output=True, text=True)
    lines = done.stderr.splitlines()
    assert len(lines) == len(set(lines)), done.stderr
