"""What shells ask for: only the commands, another width, many texts at once."""

import re

import pytest

from harness import curl, problem

CRANE = b"slewd[312]: E-4410 slew interlock open, motion inhibited\n"
COMMAND = "slewctl restart --crane 3\n"
WIPE = """- `E-4488 drum counter lost`
- **Fix**: Wipe the counter:

```console
$ drumctl wipe --all
wiped
$ drumctl start
```

- **Risk**: destructive

```sample
drumd[9]: E-4488 drum counter lost, hoist locked
```
"""


@pytest.fixture(scope="module")
def restarted(harbour):
    """Restarting helped someone, so that it comes before closing the door."""
    door, restart = harbour.issue("crane-refuses-to-swing")["fixes"]
    assert harbour.get("/issues/crane-refuses-to-swing?only=fix").text.startswith("# No command")
    outcome = {"fix": restart["id"], "result": "worked"}
    address = "/api/v1/issues/crane-refuses-to-swing/outcomes"
    assert harbour.post(address, json=outcome).status_code == 201
    return harbour


@pytest.fixture(scope="module")
def wiped(harbour):
    issue = {"guide": "harbour-field-guide", "section": "Cranes", "title": "Drum counter lost"}
    guides = [guide["slug"] for guide in harbour.json("/api/v1/guides")["results"]]
    created = harbour.post("/api/v1/issues", json={**issue, "guide": guides[0], "markdown": WIPE})
    assert created.status_code == 201, created.text
    return harbour


def test_only_the_commands_of_the_best_fix(restarted):
    harbour = restarted
    assert harbour.get("/issues/crane-refuses-to-swing?only=fix").text == COMMAND
    done = curl("--data-binary", "@-", f"{harbour.url}/diagnose?only=fix", input=CRANE)
    assert done.stdout.decode() == COMMAND
    answer = harbour.diagnose(CRANE)
    assert harbour.get(f"/diagnoses/{answer['id']}?only=fix").text == COMMAND


def test_what_is_not_known_is_no_command(harbour):
    for query, status in (("", 200), ("&fail=1", 404)):
        response = harbour.client.post(f"/diagnose?only=fix{query}", content=b"xyzzy plugh 17 frotz\n")
        assert response.status_code == status
        assert response.headers["fixbook-verdict"] == "unknown"
        assert all(line.startswith("#") for line in response.text.splitlines())


def test_what_destroys_is_commented_out(wiped):
    text = wiped.get("/issues/drum-counter-lost?only=fix").text
    caution, *commands = text.splitlines()
    assert "approval" in caution and caution.startswith("# ")
    # The session's output is no command.
    assert commands == ["# drumctl wipe --all", "# drumctl start"]


def test_only_the_commands_in_other_forms(restarted):
    harbour = restarted
    document = harbour.json("/issues/crane-refuses-to-swing.json?only=fix")
    assert document["commands"] == [COMMAND]
    assert COMMAND.strip() in harbour.get("/issues/crane-refuses-to-swing.html?only=fix").text
    refused = harbour.get("/issues/crane-refuses-to-swing?only=everything", accept="application/json")
    assert problem(refused, 422)["field"] == "only"
    # The API gives the whole fix; there it is no parameter.
    refused = harbour.get("/api/v1/issues/crane-refuses-to-swing?only=fix")
    assert problem(refused, 422)["code"] == "unknown_field"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_plain_text_keeps_to_the_width(harbour, width):
    text = harbour.get(f"/issues/crane-refuses-to-swing?width={width}").text
    # Code and addresses are not cut.
    prose = [line for line in text.splitlines() if not re.match(r" {4}|curl |.*http:", line)]
    assert max(map(len, prose)) <= width
    narrow = harbour.get("/issues/crane-refuses-to-swing?width=20").text
    assert len(text.splitlines()) < len(narrow.splitlines())


@pytest.mark.parametrize("width", ["19", "401", "wide"])
def test_a_width_out_of_bounds_is_422(server, width):
    refused = server.get(f"/issues/exec-format-error?width={width}", accept="application/json")
    assert problem(refused, 422)["field"] == "width"


def test_a_batch_is_answered_text_by_text(harbour):
    texts = [CRANE.decode(), "xyzzy plugh 17 frotz", CRANE.decode()]
    batch = harbour.post("/api/v1/diagnose/batch", json={"texts": texts}, token=None)
    assert batch.status_code == 200, batch.text
    results = batch.json()["results"]
    assert [found["verdict"] for found in results] == ["known", "unknown", "known"]
    alone = harbour.diagnose(CRANE)
    assert results[0]["matches"] == alone["matches"]
    assert len({found["id"] for found in results}) == 3
    for found in results:
        assert harbour.get(f"/api/v1/diagnoses/{found['id']}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [{"texts": []}, {"texts": ["a"] * 101}, {"texts": ["a", " "]}, {"texts": "a"}, {"texts": [7]}],
    ids=["none", "101", "blank", "no list", "no text"],
)
def test_a_batch_that_is_none_is_422(harbour, body):
    refused = harbour.post("/api/v1/diagnose/batch", json=body, token=None)
    assert problem(refused, 422)["field"] == "texts"


def test_a_batch_may_be_larger_than_other_bodies(harbour):
    log = "a line of a long log that says nothing\n" * 600 + CRANE.decode()
    batch = harbour.post("/api/v1/diagnose/batch", json={"texts": [log] * 100}, token=None)
    assert batch.status_code == 200
    assert {found["verdict"] for found in batch.json()["results"]} == {"known"}
