"""The main job: a text goes in, the issue that explains it comes out, or an honest "not known"."""

import json
import re

import pytest

from harness import BROWSER_ACCEPT, bearer, browser_form, curl, problem, shell, visible_text

KNOWN = b"exec /app/run.sh: exec format error\n"
UNKNOWN = b"hello\n" * 50
ADDRESSES = ["/diagnose", "/api/v1/diagnose"]


def curl_diagnose(server, text: bytes, query: str = "", *flags: str) -> str:
    done = curl(*flags, "--data-binary", "@-", f"{server.url}/diagnose{query}", input=text)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def first_match(answer: dict) -> str:
    return answer["matches"][0]["issue"]["slug"]


def test_a_known_error_is_named_with_its_line_its_fix_and_its_address(server):
    text = curl_diagnose(server, KNOWN)
    assert "exec format error" in text
    assert re.search(r"\bline 1\b", text)
    assert f"{server.url}/issues/exec-format-error" in text
    assert "--platform linux/arm64" in text


def test_what_nobody_wrote_down_is_said_to_be_unknown(server):
    text = curl_diagnose(server, UNKNOWN)
    assert "not known" in text.lower()
    assert server.diagnose(UNKNOWN)["verdict"] == "unknown"


def test_the_demo_lines_work_as_they_are_written(server):
    known = shell(
        "printf 'exec /app/run.sh: exec format error\\n' |"
        " curl -s --data-binary @- $FIXBOOK/diagnose",
        FIXBOOK=server.url,
    )
    unknown = shell(
        "yes hello | head -50 | curl -s --data-binary @- $FIXBOOK/diagnose", FIXBOOK=server.url
    )
    assert known.returncode == unknown.returncode == 0
    assert b"exec format error" in known.stdout
    assert b"not known" in unknown.stdout.lower()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("text", "verdict"), [(KNOWN, "known"), (UNKNOWN, "unknown")])
def test_the_verdict_is_in_a_header(server, address, text, verdict):
    response = server.client.post(address, content=text)
    assert response.status_code == 200
    assert response.headers["fixbook-verdict"] == verdict


@pytest.mark.parametrize("address", ADDRESSES)
def test_scripts_may_ask_for_a_failing_status(server, address):
    unknown = server.client.post(f"{address}?fail=1", content=UNKNOWN)
    assert unknown.status_code == 404
    assert unknown.headers["fixbook-verdict"] == "unknown"
    assert server.client.post(f"{address}?fail=1", content=KNOWN).status_code == 200


def test_curl_fails_with_dash_f_when_asked(server):
    done = curl("-f", "--data-binary", "@-", f"{server.url}/diagnose?fail=1", input=UNKNOWN)
    assert done.returncode == 22


def test_an_answer_has_the_promised_shape(server):
    answer = server.diagnose(KNOWN)
    assert {
        "id", "url", "verdict", "matcher", "redacted", "met_last_hour", "contact", "matches",
    } <= answer.keys()  # fmt: skip
    assert answer["verdict"] == "known"
    assert answer["url"] == f"{server.url}/diagnoses/{answer['id']}"
    assert answer["redacted"] == 0
    match = answer["matches"][0]
    issue = match["issue"]
    assert {
        "id", "external_id", "slug", "title", "guide", "section", "revision", "url",
    } <= issue.keys()  # fmt: skip
    assert issue["slug"] == "exec-format-error"
    assert issue["guide"] == "agentcore-troubleshooting"
    assert issue["section"] == "Container Issues"
    assert issue["url"] == f"{server.url}/issues/exec-format-error"
    assert 0.5 < match["confidence"] <= 1
    reasons = {"sample", "template", "code", "words", "alias", "learned", "check"}
    for evidence in match["evidence"]:
        assert evidence["line"] == 1
        assert "exec format error" in evidence["text"]
        assert evidence["reason"] in reasons
    for fix in match["fixes"]:
        assert {"id", "text", "risk", "evidence"} <= fix.keys()
        assert fix["evidence"]["tried"] >= fix["evidence"]["worked"]
    assert [fix["id"] for fix in match["fixes"]] == [
        fix["id"] for fix in server.issue("exec-format-error")["fixes"]
    ]


def test_confidences_fall(server):
    answer = server.diagnose("the container returns 500 and the logs say exec format error")
    confidences = [match["confidence"] for match in answer["matches"]]
    assert confidences == sorted(confidences, reverse=True)


def test_an_unknown_text_shows_at_most_three_near_misses(server):
    answer = server.diagnose("our container shop sells coffee over the network at night")
    assert answer["verdict"] == "unknown"
    assert len(answer["matches"]) <= 3
    assert all(match["confidence"] < 0.5 for match in answer["matches"])


def test_the_limit_counts_matches(server):
    text = "container runtime error: exec format error, image pull denied, timeout, 504, 500, 403"
    assert len(server.diagnose(text, "?limit=1")["matches"]) <= 1
    problem(server.client.post("/api/v1/diagnose?limit=21", content=KNOWN), 422)


def test_a_guide_can_be_chosen(server):
    answer = server.diagnose(KNOWN, "?guide=agentcore-field-notes")
    assert all(m["issue"]["guide"] == "agentcore-field-notes" for m in answer["matches"])


def test_the_line_is_found_in_a_long_log(server):
    chatter = "".join(
        f"2024-05-03T10:{n // 60 % 60:02}:{n % 60:02}Z INFO request {n} took {n % 97} ms\n"
        for n in range(40_000)
    )
    log = chatter + "2024-05-03T21:00:00Z ERROR exec /app/run.sh: exec format error\n" + chatter
    answer = server.diagnose(log)
    assert answer["verdict"] == "known"
    assert first_match(answer) == "exec-format-error"
    assert 40_001 in [evidence["line"] for evidence in answer["matches"][0]["evidence"]]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/octet-stream",
        "application/xml",
        "nonsense",
    ],
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_any_other_type_is_the_text_itself(server, address, content_type):
    """curl says urlencoded whatever it sends: a log that begins with `text=` is still a log."""
    log = b"text=&more=1 100%25 + 2\n" + KNOWN
    response = server.client.post(
        address, content=log, headers={"Content-Type": content_type, "Accept": "application/json"}
    )
    assert response.status_code == 200
    answer = response.json()
    assert first_match(answer) == "exec-format-error"
    assert answer["matches"][0]["evidence"][0]["line"] == 2


def test_a_log_that_begins_with_text_works_with_curl(server):
    assert "exec format error" in curl_diagnose(server, b"text=1\n" + KNOWN)


def test_a_text_without_any_type_is_taken(server):
    request = server.client.build_request("POST", "/api/v1/diagnose", content=KNOWN)
    assert "content-type" not in request.headers
    assert server.client.send(request).json()["verdict"] == "known"


@pytest.mark.parametrize("address", ADDRESSES)
def test_json_is_read_as_json(server, address):
    response = server.client.post(
        address,
        json={"text": KNOWN.decode(), "environment": {"region": "us-east-1"}, "keep": False},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 200
    assert first_match(response.json()) == "exec-format-error"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": ', 400),
        (b'{"text": "\xff"}', 400),
        (b'["exec format error"]', 422),
        (b'{"text": 7}', 422),
        (b'{"text": ""}', 422),
        (b'{"environment": {}}', 422),
        (b'{"text": "a", "colour": "red"}', 422),
    ],
)
def test_bad_json_is_refused(server, body, status):
    response = server.client.post(
        "/api/v1/diagnose", content=body, headers={"Content-Type": "application/json"}
    )
    document = problem(response, status)
    if b"colour" in body:
        assert "colour" in json.dumps(document)


def test_the_form_of_the_page_leads_to_an_answer(server):
    form = browser_form("exec /app/run.sh: exec format error\r\n")
    form["headers"] |= {"Accept": BROWSER_ACCEPT, "Origin": server.url}
    response = server.client.post("/diagnose", **form)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "/issues/exec-format-error" in response.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_file_can_be_sent(server, address):
    form = browser_form("", b"one\ntwo\n" + KNOWN)
    form["headers"] |= {"Accept": "application/json"}
    response = server.client.post(address, **form)
    assert response.status_code == 200
    answer = response.json()
    assert first_match(answer) == "exec-format-error"
    assert answer["matches"][0]["evidence"][0]["line"] == 3


def test_curl_can_send_a_file_as_a_form(server, tmp_path):
    log = tmp_path / "build.log"
    log.write_bytes(KNOWN)
    done = curl("-L", "-F", f"file=@{log}", f"{server.url}/diagnose")
    assert b"exec format error" in done.stdout


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_empty_text_is_422(server, address):
    response = server.client.post(address, content=b"", headers={"Accept": "application/json"})
    problem(response, 422)
    form = browser_form("")
    form["headers"] |= {"Accept": "application/json"}
    problem(server.client.post(address, **form), 422)


def test_an_empty_form_says_so_on_a_page(server):
    form = browser_form("")
    form["headers"] |= {"Accept": BROWSER_ACCEPT}
    response = server.client.post("/diagnose", **form)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "noise", [b"\xff\xfe\x80 broken \xc3\n", b"\x00\x01\x02\n", b"\xed\xa0\x80 surrogate\n"]
)
def test_broken_text_is_read_as_far_as_it_goes(server, noise):
    answer = server.diagnose(noise + KNOWN)
    assert first_match(answer) == "exec-format-error"
    assert 2 in [evidence["line"] for evidence in answer["matches"][0]["evidence"]]


def test_colours_and_foreign_line_ends_do_not_matter(server):
    answer = server.diagnose(b"start\r\n\x1b[31;1mexec /app/run.sh: exec format error\x1b[0m\r\n")
    assert first_match(answer) == "exec-format-error"
    assert "\x1b" not in json.dumps(answer)


def test_an_answer_can_be_read_again_at_once_in_all_forms(server):
    answer = server.diagnose(KNOWN)
    again = server.json(f"/api/v1/diagnoses/{answer['id']}")
    assert again["verdict"] == answer["verdict"]
    assert again["matches"] == answer["matches"]
    for suffix in ("html", "json", "md", "txt"):
        response = server.get(f"/diagnoses/{answer['id']}.{suffix}")
        assert response.status_code == 200
        assert "exec format error" in response.text


def test_answers_cannot_be_guessed(server):
    ids = {server.diagnose(KNOWN)["id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(id) >= 16 for id in ids)


def test_secrets_are_masked_before_anything_is_kept(server):
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    text = f"exec /app/run.sh: exec format error aws_access_key_id={secret}\n"
    answer = server.diagnose(text)
    assert answer["redacted"] >= 1
    assert secret not in json.dumps(answer)
    assert secret not in server.get(f"/diagnoses/{answer['id']}.json").text
    assert secret not in server.output


def outcome_line(text: str) -> str:
    """The command at the end of a text answer, as someone would mark and copy it."""
    lines = text.rstrip().splitlines()
    last = max(number for number, line in enumerate(lines) if line.lstrip().startswith("curl "))
    return "\n".join(lines[last:]).strip()


def recorded(server, diagnosis: str) -> dict:
    """The report that an outcome opened for a diagnosis."""
    reports = server.json("/api/v1/reports?limit=100", headers=bearer())["results"]
    found = [report for report in reports if diagnosis in json.dumps(report.get("diagnosis"))]
    assert len(found) == 1, reports
    return server.json(f"/api/v1/reports/{found[0]['id']}")


def test_the_last_line_of_the_answer_records_that_the_fix_worked_when_pasted(server):
    line = outcome_line(curl_diagnose(server, KNOWN))
    diagnosis = re.search(r"/diagnoses/([^/\s'\"]+)/outcomes", line).group(1)
    fix = server.issue("exec-format-error")["fixes"][0]["id"]
    done = shell(line + " -w '\\n%{http_code}'")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b"201"), done.stdout
    report = recorded(server, diagnosis)
    assert report["state"] == "resolved"
    assert report["issue"]
    [outcome] = report["outcomes"]
    assert (outcome["fix"], outcome["result"]) == (fix, "worked")


def test_an_unknown_answer_names_no_fix_to_confirm(server):
    assert "/outcomes" not in curl_diagnose(server, UNKNOWN)


def test_the_page_of_an_answer_says_it_in_words(server):
    answer = server.diagnose(KNOWN)
    words = visible_text(server.get(f"/diagnoses/{answer['id']}.html").text)
    assert "exec format error" in words
    assert "Fixed it" in words
    assert "Didn't help" in words.replace("\u2019", "'")


def test_a_diagnosis_that_never_was_is_404(server):
    problem(server.get("/api/v1/diagnoses/aaaaaaaaaaaaaaaaaaaaaaaa"), 404)
