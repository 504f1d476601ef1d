"""The search box: operators, typing errors, why a result is there; checks and samples beside it."""

import json
import sqlite3
import time

import pytest

from harness import ANSWER_WITHIN, BROWSER_ACCEPT, Server, bearer, fixbook, succeed, visible_text

GUIDE = """# Harbour

- **Owner**: the harbour office, with the `berth`

## Cranes

### Crane Stuck
- The gantry does not move and the panel shows `GantryLockedError`
- **Fix**: Release the brake with `crane --release`
- **Check**: crane-delay-seconds: integer 1..60
- **Also seen as**: gantry frozen; Ladekran klemmt über Nacht; クレーンが動かない
- **Tag**: gantry

Set `craneDelaySeconds` to what the brake needs.

```sample
crane-3 GantryLockedError: brake engaged
```

### Ship Too Early
- The pilot waits and the lock is closed
- **Fix**: Open the lock with the red key
"""


@pytest.fixture(scope="module")
def cranes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "harbour.md").write_text(GUIDE)
    database = folder / "harbour.db"
    succeed("import", "--db", database, folder / "harbour.md")
    with Server(database) as server:
        yield server


def found(server, query: str, more: str = "") -> list[str]:
    answer = server.json("/api/v1/search" + more, params={"q": query})
    return [result["issue"]["slug"] for result in answer["results"]]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ('"brake engaged"', ["crane-stuck"]),
        ('"engaged brake"', []),
        ("the lock -pilot", ["crane-stuck"]),
        ("guide:harbour pilot", ["ship-too-early"]),
        ("tag:gantry lock brake", ["crane-stuck"]),
        ("tag:none lock", []),
        ("über nacht", ["crane-stuck"]),
        ("uber nacht", ["crane-stuck"]),
        ("クレーンが", ["crane-stuck"]),
        ("gantrylockederror", ["crane-stuck"]),
        ("gantry-locked-error", ["crane-stuck"]),
        ("--release", ["crane-stuck"]),
    ],
)
def test_a_search_box_does_what_people_expect(cranes, query, slugs):
    hits = found(cranes, query)
    assert hits[: len(slugs)] == slugs
    if not slugs:
        assert hits == []


@pytest.mark.parametrize(
    "query",
    ['"', "NEAR(", "a AND", "* ^ : ( ) {", "-", "guide:", "tag:", "pilot:*", "'; DROP", "--", "👩‍🚒 \u202e"],
)
def test_nothing_typed_is_an_error(cranes, query):
    assert cranes.get("/search", params={"q": query}).status_code == 200


def test_a_typing_error_is_answered_and_said(cranes):
    answer = cranes.json("/api/v1/search", params={"q": "gntry"})
    assert [r["issue"]["slug"] for r in answer["results"]] == ["crane-stuck"]
    assert (answer["query"], answer["searched_for"]) == ("gntry", "gantry")
    text = cranes.get("/search", params={"q": "gntry"}).text
    assert "Nothing found for “gntry”. Searched for “gantry” instead." in text
    page = cranes.get("/search", params={"q": "gntry"}, accept=BROWSER_ACCEPT).text
    assert "Searched for" in visible_text(page) and "/search?q=gantry" in page


@pytest.mark.parametrize("typed", ["gantrylockederro", "gantrylokederror", "gantrylockederorr"])
def test_a_typing_error_in_a_name_that_is_written_small_is_answered(cranes, typed):
    answer = cranes.json("/api/v1/search", params={"q": typed})
    assert [r["issue"]["slug"] for r in answer["results"]] == ["crane-stuck"]
    assert (answer["query"], answer["searched_for"]) == (typed, "gantrylockederror")


def test_an_empty_search_asks_for_words(cranes):
    text = cranes.get("/search", params={"q": " "}).text
    assert text == f"Say what to look for: {cranes.url}/search?q=WORDS\n"


def test_whom_to_ask_is_read_as_markdown_on_the_page(cranes):
    page = cranes.get("/search", params={"q": "zyzzyva"}, accept=BROWSER_ACCEPT).text
    assert "Ask the harbour office, with the <code>berth</code>" in page


def test_one_wrong_word_among_right_ones_is_asked_about(cranes):
    answer = cranes.json("/api/v1/search", params={"q": "brake engagd"})
    assert answer["did_you_mean"] == "brake engaged"
    assert answer["searched_for"] == "brake engagd"
    assert answer["results"]
    text = cranes.get("/search.txt", params={"q": "GantryLokedError brake"}).text
    assert "did you mean “GantryLockedError brake”?" in text


@pytest.mark.parametrize("query", ["gantry brake", "zyzzyva", "lok"])
def test_right_far_and_short_words_are_left_alone(cranes, query):
    answer = cranes.json("/api/v1/search", params={"q": query})
    assert answer["did_you_mean"] is None
    assert answer["searched_for"] == query


def test_results_say_why_they_are_there(cranes):
    answer = cranes.json("/api/v1/search?q=crane+brake&explain=1")
    result = answer["results"][0]
    assert result["why"] == "title: crane; sample: brake"
    explain = result["explain"]
    assert {word["word"] for word in explain["words"]} >= {"crane", "brake"}
    total = sum(word["value"] for word in explain["words"]) + explain["runs"] + explain["sample"]
    assert total == pytest.approx(result["score"], abs=0.01)
    assert "title: crane" in cranes.get("/search?q=crane+brake").text
    page = cranes.get("/search?q=crane&explain=1", accept=BROWSER_ACCEPT).text
    assert "score" in visible_text(page)


def test_the_command_line_says_the_same(cranes):
    done = fixbook("search", "--db", cranes.database, "gntry")
    assert done.returncode == 0
    assert "Searched for “gantry” instead" in done.stdout.decode()


@pytest.mark.parametrize(
    "text",
    [
        "craneDelaySeconds=120000",
        '{"craneDelaySeconds": 120000}',
        "crane --crane-delay-seconds 120000",
        "CRANE_DELAY_SECONDS: 120000",
    ],
)
def test_a_value_that_a_check_refuses_leads_to_its_issue(cranes, text):
    answer = cranes.diagnose(text)
    assert answer["verdict"] == "known"
    match = answer["matches"][0]
    assert match["issue"]["slug"] == "crane-stuck"
    evidence = match["evidence"][0]
    assert evidence["reason"] == "check"
    assert "value 120000 is above 60" in evidence["detail"]


def test_a_unit_that_is_wrong_is_named(cranes):
    detail = cranes.diagnose("craneDelaySeconds=30000")["matches"][0]["evidence"][0]["detail"]
    assert "looks like milliseconds, the unit is seconds" in detail


def test_a_good_value_is_no_evidence(cranes):
    for match in cranes.diagnose("craneDelaySeconds=30")["matches"]:
        assert all(evidence["reason"] != "check" for evidence in match["evidence"])


@pytest.mark.parametrize("suffix", ["html", "json", "md", "txt"])
def test_checks_are_listed_in_four_forms(cranes, suffix):
    response = cranes.get("/checks." + suffix)
    assert response.status_code == 200
    assert "crane-delay-seconds" in response.text
    one = cranes.get(f"/checks/crane-delay-seconds.{suffix}?value=90000")
    assert one.status_code == 200
    assert "above 60" in one.text


def test_feedback_becomes_queries(cranes):
    wrong = cranes.diagnose("crane-3 GantryLockedError: brake engaged")
    for body in ({"right_issue": "ship-too-early"}, {"right_issue": None}):
        response = cranes.client.post(
            f"/api/v1/diagnoses/{wrong['id']}/feedback", json=body, headers=bearer()
        )
        assert response.status_code == 201
    result = json.loads(succeed("eval", "--db", cranes.database, "--from-feedback", "--json"))
    assert result["kinds"]["feedback"]["n"] == 1
    assert result["kinds"]["feedback"]["recall_at_1"] == 0
    assert result["kinds"]["rejected"]["n"] == 1
    assert result["kinds"]["rejected"]["refused"] == 0


def test_replay_tells_shares_and_gaps(shipped_database, tmp_path):
    (tmp_path / "a.log").write_text("exec /app/run.sh: exec format error\n")
    for name in "bc":
        (tmp_path / f"{name}.log").write_text(f"ERROR turbine {ord(name)} overheated badly\n")
    result = json.loads(
        succeed("replay", "--db", shipped_database, "--json", *sorted(tmp_path.glob("*.log")))
    )
    assert (result["logs"], result["known"], result["unknown"]) == (3, 1, 2)
    assert result["gaps"][0]["logs"] == 2
    assert "turbine" in result["gaps"][0]["template"]


def test_an_edit_that_breaks_the_sample_of_another_issue_is_saved_and_said(tmp_path):
    (tmp_path / "harbour.md").write_text(GUIDE)
    database = tmp_path / "harbour.db"
    succeed("import", "--db", database, tmp_path / "harbour.md")
    with Server(database) as server:
        line = "crane-3 GantryLockedError: brake engaged"
        thief = f"- {line}\n- **Also seen as**: {line}; GantryLockedError\n\n```sample\n{line}\n```\n"
        response = server.client.post(
            "/api/v1/issues",
            json={
                "guide": "harbour", "section": "Cranes", "markdown": thief,
                "title": "GantryLockedError: brake engaged",
            },
            headers=bearer(),
        )  # fmt: skip
        assert response.status_code == 201, response.text
        warning = response.json()["warnings"][0]
        assert warning["issue"] == "crane-stuck"
        assert warning["sample"] == line
        slug = response.json()["slug"]
        page = server.get(f"/issues/{slug}?broken=crane-stuck,none", accept=BROWSER_ACCEPT)
        assert "Crane Stuck" in page.text.split("no longer lead there")[1].split("</div>")[0]
        assert "no longer lead there" not in server.get(f"/issues/{slug}.html").text
        # What was broken before is not said again.
        again = server.client.patch(
            f"/api/v1/issues/{slug}",
            json={"markdown": thief + "\nMore of it.\n", "base": 1},
            headers=bearer(),
        )
        assert again.status_code == 200
        assert "warnings" not in again.json()


def test_an_answer_whose_issue_is_gone_is_no_answer(tmp_path):
    (tmp_path / "harbour.md").write_text(GUIDE)
    database = tmp_path / "harbour.db"
    succeed("import", "--db", database, tmp_path / "harbour.md")
    with Server(database) as server:
        answer = server.diagnose("crane-3 GantryLockedError: brake engaged")
        assert answer["verdict"] == "known"
        deleted = server.client.delete(
            "/api/v1/issues/crane-stuck", headers=bearer() | {"If-Match": "*"}
        )
        assert deleted.status_code == 200, deleted.text
        again = server.json(f"/api/v1/diagnoses/{answer['id']}")
        assert again["verdict"] == "unknown"
        assert "KNOWN: " not in server.get(f"/diagnoses/{answer['id']}.txt").text


def test_a_line_that_is_another_problem_is_not_known(tmp_path):
    line = "crane-7 GantryLockedError: brake engaged by the storm guard"
    guide = GUIDE.replace("### Ship", f"```not-sample\n{line}\n```\n\n### Ship")
    (tmp_path / "harbour.md").write_text(guide)
    database = tmp_path / "harbour.db"
    succeed("import", "--db", database, tmp_path / "harbour.md")
    done = fixbook("diagnose", "--db", database, "--json", input=line.encode())
    assert json.loads(done.stdout)["verdict"] == "unknown"


def test_queries_are_scored_each_in_its_base(cranes, shipped_database, tmp_path):
    queries = [
        {"id": "a", "query": "exec format error", "kind": "x", "relevant": ["exec format error"]},
        {"id": "b", "query": "gantry frozen", "kind": "x", "relevant": ["Crane Stuck"]},
    ]
    for name, query in zip("ab", queries, strict=True):
        (tmp_path / name).write_text(json.dumps(query) + "\n")
    result = json.loads(
        succeed("eval", "--db", shipped_database, "--json", tmp_path / "a", cranes.database, tmp_path / "b")
    )
    assert result["overall"]["n"] == 2
    assert result["overall"]["recall_at_1"] == 1


def test_an_index_of_another_version_is_made_anew(tmp_path):
    (tmp_path / "harbour.md").write_text(GUIDE)
    database = tmp_path / "harbour.db"
    succeed("import", "--db", database, tmp_path / "harbour.md")

    def forge():
        with sqlite3.connect(database) as base:
            base.execute("UPDATE issue_index SET analyzer = 999, vector = zeroblob(8)")
            base.execute("DELETE FROM sample_shingle")
        base.close()

    forge()
    text = "crane-3 GantryLockedError: brake engaged"
    done = fixbook("diagnose", "--db", database, "--json", input=text.encode())
    assert json.loads(done.stdout)["verdict"] == "known"
    forge()
    with Server(database) as server:
        deadline = time.monotonic() + ANSWER_WITHIN
        while "the search index is up to date" not in server.output:
            assert time.monotonic() < deadline, server.output
            server.json("/api/v1/search?q=x")
        assert server.diagnose(text)["verdict"] == "known"
    assert fixbook("verify", "--db", database).returncode == 0
