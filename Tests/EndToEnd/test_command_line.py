"""The command line: data on standard output, words on standard error, exit codes to rely on."""

import json
import re
import signal
import subprocess

import pytest

from harness import BINARY, SHARED, copy_database, environment, fixbook, shown, succeed

KNOWN = "exec /app/run.sh: exec format error\n"
UNKNOWN = "hello\n" * 50

# Every verb of the contract; those in NEEDED must be there, the rest may follow.
VERBS = (
    "serve import export diagnose run search report check eval test replay backup restore verify"
    " user token bench version"
).split()
NEEDED = set("serve import export diagnose run search eval token version".split())


def offered() -> list[str]:
    overview = succeed("--help")
    return [verb for verb in VERBS if re.search(rf"^\s+{verb}\b", overview, re.MULTILINE)]


def test_the_overview_lists_the_verbs():
    assert NEEDED <= set(offered())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(verb):
    if verb not in NEEDED and verb not in offered():
        done = fixbook(verb, "--help")
        assert done.returncode == 2
        return
    help = succeed(verb, "--help")
    assert f"fixbook {verb}" in help
    assert "example" in help.lower()


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["diagnose", "--nonsense"], ["search"], ["serve", "--listen"], ["run"], []],
)
def test_wrong_usage_exits_2_and_prints_nothing_as_data(arguments):
    done = fixbook(*arguments)
    assert done.returncode == 2, shown(done)
    assert done.stdout == b""
    assert done.stderr


def test_the_version_is_one_line():
    assert re.fullmatch(r"fixbook \d+\.\d+\.\d+\S*\n", succeed("version"))


def test_diagnose_exits_0_when_the_problem_is_known(shipped_database):
    done = fixbook("diagnose", "--db", shipped_database, input=KNOWN)
    assert done.returncode == 0, shown(done)
    assert b"exec format error" in done.stdout
    assert b"line 1" in done.stdout


def test_diagnose_exits_1_when_the_problem_is_not_known(shipped_database):
    done = fixbook("diagnose", "--db", shipped_database, input=UNKNOWN)
    assert done.returncode == 1, shown(done)
    assert b"not known" in done.stdout.lower()


def test_diagnose_reads_a_file(shipped_database, tmp_path):
    log = tmp_path / "build.log"
    log.write_text("one\ntwo\n" + KNOWN)
    done = fixbook("diagnose", "--db", shipped_database, log)
    assert done.returncode == 0
    assert b"line 3" in done.stdout


def test_diagnose_exits_3_when_it_cannot(shipped_database, tmp_path):
    missing = fixbook("diagnose", "--db", shipped_database, tmp_path / "missing.log")
    assert missing.returncode == 3, shown(missing)
    assert b"missing.log" in missing.stderr
    assert missing.stdout == b""
    not_a_database = tmp_path / "text.db"
    not_a_database.write_text("This is not a database, though it is long enough.\n" * 100)
    broken = fixbook("diagnose", "--db", not_a_database, input=KNOWN)
    assert broken.returncode == 3, shown(broken)
    assert b"text.db" in broken.stderr


def test_diagnose_asked_for_a_database_that_is_not_there_makes_none(tmp_path):
    done = fixbook("diagnose", "--db", tmp_path / "none.db", input=KNOWN)
    assert done.returncode == 3
    assert not (tmp_path / "none.db").exists()


def test_diagnose_says_the_same_as_the_server(server):
    for text in (KNOWN, UNKNOWN, "504 Gateway Timeout from my agent\n", "Invalid base64\n"):
        here = fixbook("diagnose", "--db", server.database, "--json", input=text)
        there = server.diagnose(text)
        told = json.loads(here.stdout)
        assert told["verdict"] == there["verdict"]

        def essence(answer):
            return [
                (match["issue"]["id"], round(match["confidence"], 6), match["evidence"])
                for match in answer["matches"]
            ]

        assert essence(told) == essence(there)
        by_server = fixbook("diagnose", "--server", server.url, "--json", input=text)
        assert by_server.returncode == here.returncode
        assert essence(json.loads(by_server.stdout)) == essence(there)


def test_diagnose_can_be_held_to_one_guide(shipped_database):
    done = fixbook(
        "diagnose", "--db", shipped_database, "--guide", "agentcore-field-notes", "--json",
        input=KNOWN,
    )  # fmt: skip
    assert all(
        match["issue"]["guide"] == "agentcore-field-notes"
        for match in json.loads(done.stdout)["matches"]
    )


def test_run_passes_output_and_exit_code_through(shipped_database):
    done = fixbook(
        "run", "--db", shipped_database, "--",
        "sh", "-c", r"echo out; printf '\377\000\r\n'; echo err >&2; exit 7",
    )  # fmt: skip
    assert done.returncode == 7
    assert done.stdout == b"out\n\xff\x00\r\n"
    assert done.stderr.startswith(b"err\n")


def test_run_is_silent_when_the_command_succeeds(shipped_database):
    done = fixbook("run", "--db", shipped_database, "--", "sh", "-c", "echo out; echo err >&2")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"out\n", b"err\n")


def test_run_diagnoses_a_failure_on_standard_error(shipped_database):
    done = fixbook(
        "run", "--db", shipped_database, "--",
        "sh", "-c", "echo 'exec /app/run.sh: exec format error' >&2; exit 1",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == b""
    said = done.stderr.decode()
    assert said.startswith("exec /app/run.sh: exec format error\n")
    assert "--platform linux/arm64" in said


def test_run_asks_a_server(server):
    done = fixbook(
        "run", "--server", server.url, "--",
        "sh", "-c", "echo 'exec /app/run.sh: exec format error'; exit 1",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == b"exec /app/run.sh: exec format error\n"
    assert b"/issues/exec-format-error" in done.stderr


def test_run_hands_standard_input_on(shipped_database):
    done = fixbook("run", "--db", shipped_database, "--", "cat", input=b"a\x00b\n")
    assert done.stdout == b"a\x00b\n"


def test_run_does_not_lose_the_command_when_nothing_answers():
    done = fixbook("run", "--server", "http://127.0.0.1:9", "--", "sh", "-c", "echo out; exit 5")
    assert done.returncode == 5
    assert done.stdout == b"out\n"


def test_run_says_so_when_there_is_no_such_command(shipped_database):
    done = fixbook("run", "--db", shipped_database, "--", "no-such-command-anywhere")
    assert done.returncode == 127
    assert b"no-such-command-anywhere" in done.stderr


def test_run_tells_of_a_command_that_was_killed(shipped_database):
    done = fixbook("run", "--db", shipped_database, "--", "sh", "-c", "kill -TERM $$")
    assert done.returncode in (128 + signal.SIGTERM, -signal.SIGTERM)


@pytest.mark.parametrize("kind", ["person", "agent", "automation"])
def test_token_create_prints_the_token_and_nothing_else(shipped_database, tmp_path, kind):
    database = copy_database(shipped_database, tmp_path / "base.db")
    done = fixbook(
        "token", "create", "--db", database, "--name", "ci", "--scope", "read,report",
        "--kind", kind,
    )  # fmt: skip
    assert done.returncode == 0, shown(done)
    assert re.fullmatch(rb"\S{20,}\n", done.stdout)
    for file in tmp_path.glob("base.db*"):
        assert done.stdout.strip() not in file.read_bytes(), "tokens are stored hashed"


def test_token_create_refuses_an_unknown_scope(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "base.db")
    done = fixbook("token", "create", "--db", database, "--name", "ci", "--scope", "everything")
    assert done.returncode == 2
    assert done.stdout == b""


def test_search_finds_and_exits_0(shipped_database):
    done = fixbook("search", "--db", shipped_database, "exec format error")
    assert done.returncode == 0, shown(done)
    assert b"exec format error" in done.stdout
    answer = json.loads(succeed("search", "--db", shipped_database, "--json", "exec format error"))
    assert answer["results"][0]["issue"]["slug"] == "exec-format-error"


def test_search_that_finds_nothing_exits_1(shipped_database):
    assert fixbook("search", "--db", shipped_database, "zyzzyva").returncode == 1


def test_check_tells_a_good_value_from_a_bad_one(harbour_database):
    bad = fixbook("check", "--db", harbour_database, "berth-code", "short")
    assert bad.returncode == 1, shown(bad)
    assert b"5" in bad.stdout
    good = fixbook("check", "--db", harbour_database, "berth-code", "long-enough")
    assert good.returncode == 0, shown(good)
    unknown = fixbook("check", "--db", harbour_database, "no-such-check", "x")
    assert unknown.returncode == 3


def test_the_samples_of_the_shipped_guides_lead_where_they_should(shipped_database):
    done = fixbook("test", "--db", shipped_database)
    assert done.returncode == 0, shown(done)
    assert b" 0 wrong" in done.stdout


QUERIES = [
    {"id": "1", "query": "E-4410 slew interlock open", "kind": "error_line",
     "relevant": ["Crane refuses to swing"]},
    {"id": "2", "query": "booking code malformed", "kind": "error_line",
     "relevant": ["Berth booking code is rejected"]},
    {"id": "3", "query": "how do I make coffee", "kind": "none", "relevant": []},
]  # fmt: skip


def test_eval_scores_labelled_queries(harbour_database, tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text("".join(json.dumps(query) + "\n" for query in QUERIES))
    printed = succeed("eval", "--db", harbour_database, file)
    for word in ("R@1", "R@3", "MRR@10", "refus", "error_line"):
        assert word in printed, printed
    overall = json.loads(succeed("eval", "--db", harbour_database, "--json", file))["overall"]
    assert overall["recall_at_1"] == 1
    assert overall["refused"] == 1
    assert overall["false_refusal"] == 0


DEV = SHARED / "eval/agentcore_dev.jsonl"


@pytest.mark.skipif(not DEV.exists(), reason="no ../shared here")
def test_the_shipped_guide_answers_the_labelled_queries(shipped_database):
    scores = succeed(
        "eval", "--db", shipped_database, "--guide", "agentcore-troubleshooting", "--json", DEV
    )
    overall = json.loads(scores)["overall"]
    assert overall["recall_at_1"] >= 0.75
    assert overall["refused"] >= 0.70
    assert overall["false_refusal"] <= 0.10


def test_eval_names_the_line_of_a_broken_file(harbour_database, tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text(json.dumps(QUERIES[0]) + "\n{oops\n")
    done = fixbook("eval", "--db", harbour_database, file)
    assert done.returncode == 3
    assert b"queries.jsonl" in done.stderr
    assert b"2" in done.stderr.split(b"queries.jsonl", 1)[1]


def test_output_cut_short_is_no_crash(shipped_database):
    """`fixbook export | head -1` ends when head does."""
    done = subprocess.run(
        f"'{BINARY}' export --db '{shipped_database}' --guide agentcore-troubleshooting | head -1",
        shell=True, capture_output=True, env=environment(), timeout=60,
    )  # fmt: skip
    assert done.stdout == b"# AgentCore Troubleshooting\n"
    assert b"Fatal" not in done.stderr


def test_serve_says_where_its_settings_came_from(tmp_path):
    printed = succeed("serve", "--print-config", "--db", tmp_path / "x.db")
    assert "127.0.0.1:8080" in printed
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["  "], ["seen", "--fix", "1"], ["seen", "--result", "worked"]]
)
def test_a_report_that_says_nothing_is_a_wrong_use(harbour_database, arguments):
    done = fixbook("report", "--db", harbour_database, *arguments)
    assert done.returncode == 2, shown(done)
    assert done.stdout == b""


def test_diagnosing_nothing_says_so(harbour_database, tmp_path):
    (tmp_path / "empty.log").write_bytes(b"\n")
    done = fixbook("diagnose", "--db", harbour_database, tmp_path / "empty.log")
    assert done.returncode == 3
    assert b"empty" in done.stderr
    assert b"body" not in done.stderr


@pytest.mark.parametrize("reports", ["30", "300"])
def test_the_order_of_fixes_saves_attempts_in_a_simulated_world(reports):
    done = fixbook("bench", "--simulate", "--reports", reports, "--replicates", "20", "--json")
    assert done.returncode == 0, done.stdout
    (row,) = json.loads(done.stdout)
    assert row["holds"]
    tried = row["failed_attempts"]
    assert tried["by the true rates"] < tried["by evidence"] < tried["author's order"]
