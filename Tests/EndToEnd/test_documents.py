"""The documents tell the truth: their commands run, their example is read as they say.

Fenced blocks marked `sh` are run, in order, against a server that listens on the
address written there (localhost:8080 stands for it). Blocks marked `console` are shown only.
"""

import re
import subprocess

import pytest

from harness import BINARY, ROOT, Server, copy_database, environment, shown, succeed

DOCUMENTS = ["README.md", "docs/api.md", "docs/guide-format.md", "docs/operations.md", "docs/agents.md"]


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of that language, those inside a longer fence left out."""
    text = (ROOT / document).read_text(encoding="utf-8")
    fences = re.finditer(r"^(`{3,})(\w*)\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    return [fence.group(3) for fence in fences if fence.group(2) == language]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_of_a_document_run(document, shipped_database, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/fixbook").symlink_to(BINARY)
    with Server(copy_database(shipped_database, tmp_path / "fixbook.db")) as server:
        script = "\n".join(blocks(document, "sh")).replace("localhost:8080", server.authority)
        variables = environment()
        variables["PATH"] = f"{tmp_path / 'bin'}:{variables['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path, env=variables, capture_output=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{shown(done)}"


def test_the_example_of_the_guide_format_is_read_as_it_says(tmp_path):
    [example] = blocks("docs/guide-format.md", "markdown")
    guide = tmp_path / "example.md"
    guide.write_text(example, encoding="utf-8")
    database = tmp_path / "example.db"
    succeed("import", "--db", database, guide)
    assert succeed("export", "--db", database) == example
    assert " 0 wrong" in succeed("test", "--db", database)
    with Server(database) as server:
        [issue] = server.json("/api/v1/issues")["results"]
        issue = server.issue(issue["slug"])
    assert len(issue["symptoms"]) == 2
    assert len(issue["causes"]) == 1
    assert len(issue["fixes"]) == 2
    assert issue["fixes"][0]["verify"]
    assert [fix["risk"] for fix in issue["fixes"]] == ["safe", "disruptive"]
    assert len(issue["samples"]) >= 1
    assert len(issue["checks"]) == 1
    assert len(issue["aliases"]) == 2
    assert issue["environment"] == {"printer": "lp200", "firmware": "4.1"}


def test_every_error_code_that_is_met_is_in_the_table(server):
    documented = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    met = {
        server.get(path, accept="application/json", headers=headers).json()["code"]
        for path, headers in [
            ("/no/such/page", {}),
            ("/issues/no-such-issue", {}),
            ("/guides/no-such-guide", {}),
            ("/api/v1/diagnoses/none", {}),
            ("/search?q=a&limit=0", {}),
            ("/api/v1/reports", {}),
            ("/", {"Host": "evil.example"}),
        ]
    }
    for code in met:
        assert f"`{code}`" in documented, code
