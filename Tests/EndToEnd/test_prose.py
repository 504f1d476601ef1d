"""An issue in free prose has no fix that is marked as one: the answer shows what it says."""

import pytest

from harness import Server, succeed, visible_text
from test_mcp import call

GUIDE = """# Sluice Notes

## Gate motor hums but does not turn

The controller logs `SLU-8841 torque latch engaged` and stays there.

To release it, turn the hand wheel **half a turn** back:

```sh
sluicectl latch --release --gate west
```

#### After a storm

Look at the float first.

## Empty gauge

Fill it.
"""
LINE = b"SLU-8841 torque latch engaged"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prose")
    (folder / "notes.md").write_text(GUIDE)
    succeed("import", "--db", folder / "base.db", folder / "notes.md")
    with Server(folder / "base.db") as server:
        yield server


def test_the_text_stands_in_every_form_of_the_answer(server):
    answer = server.diagnose(LINE.decode())
    assert answer["matches"][0]["fixes"] == []
    assert "half a turn" in answer["matches"][0]["text"]
    assert all(match["text"] is None for match in answer["matches"][1:])
    for form, sign in [("txt", "half a turn"), ("md", "sluicectl latch --release"), ("html", "half a turn")]:
        page = server.client.get(f"/diagnoses/{answer['id']}.{form}").text
        assert sign in visible_text(page) if form == "html" else sign in page
        assert "No fix is written down" not in page
        assert "After a storm" in page


def test_agents_are_given_the_text(server):
    said = call(server, "diagnose", {"text": LINE.decode()})
    assert "sluicectl latch --release" in said["content"][0]["text"]
    assert "half a turn" in said["structuredContent"]["matches"][0]["text"]


def test_a_long_text_is_cut_with_its_code_block_closed(tmp_path):
    guide = "# G\n\n## Gate hums\n\n`SLU-8841 torque latch engaged`\n\n```sh\n" + "echo step\n" * 900 + "```\n\nThe end.\n"
    (tmp_path / "long.md").write_text(guide + "\n## Other\n\nNothing.\n")
    succeed("import", "--db", tmp_path / "base.db", tmp_path / "long.md")
    with Server(tmp_path / "base.db") as server:
        text = server.diagnose(LINE.decode())["matches"][0]["text"]
        assert len(text) < 4_100 and text.endswith("echo step\n```\n")
        plain = server.client.post("/diagnose", content=LINE).text
        assert "There is more: " + server.url + "/issues/g" in plain
