"""What helped is written down in one step, and the next person sees it first."""

import re

import httpx
import pytest

from harness import BROWSER_ACCEPT, bearer, curl, fixbook, problem, visible_text

CRANE = "crane-refuses-to-swing"
PASTED = "slewd[312]: E-4410 slew interlock open, motion inhibited\n"
FIRST, SECOND = "Close the cab door", "Restart the slew controller"


def fixes(server) -> list[dict]:
    return server.issue(CRANE)["fixes"]


def counts(fix: dict) -> tuple[int, int]:
    return fix["evidence"]["worked"], fix["evidence"]["tried"]


def open_report(server, **body) -> dict:
    response = server.post("/api/v1/reports", json=body or {"text": PASTED})
    assert response.status_code == 201, response.text
    return response.json()


def test_untested_fixes_keep_the_order_of_their_author(fresh_harbour):
    first, second = fixes(fresh_harbour)
    assert first["text"].startswith(FIRST)
    assert second["text"].startswith(SECOND)
    assert second["risk"] == "disruptive"
    assert first["verify"]
    page = fresh_harbour.get(f"/issues/{CRANE}.txt").text
    assert page.index(FIRST) < page.index(SECOND)
    assert "no recorded attempts" in page


def test_a_members_success_puts_the_second_of_two_untested_fixes_first(fresh_harbour):
    server = fresh_harbour
    member = server.token("read,report")
    second = fixes(server)[1]["id"]
    diagnosis = server.diagnose(PASTED)
    response = server.post(
        f"/api/v1/diagnoses/{diagnosis['id']}/outcomes",
        json={"fix": second, "result": "worked"},
        token=member,
    )
    assert response.status_code == 201, response.text

    leading, following = fixes(server)
    assert leading["id"] == second
    assert counts(leading) == (1, 1)
    assert counts(following) == (0, 0)
    assert leading["evidence"]["last_worked_at"]

    page = visible_text(server.get(f"/issues/{CRANE}.html").text)
    text = server.get(f"/issues/{CRANE}.txt").text
    for form in (page, text):
        assert form.index(SECOND) < form.index(FIRST)
        assert "worked 1 of 1" in form

    asked_again = server.diagnose(PASTED)
    assert asked_again["matches"][0]["fixes"][0]["id"] == second
    assert "worked 1 of 1" in server.get(f"/diagnoses/{asked_again['id']}.txt").text


def test_a_members_failure_moves_a_fix_down(fresh_harbour):
    server = fresh_harbour
    first = fixes(server)[0]["id"]
    report = open_report(server)
    response = server.post(
        f"/api/v1/reports/{report['id']}/outcomes", json={"fix": first, "result": "no_effect"}
    )
    assert response.status_code == 201
    assert fixes(server)[1]["id"] == first
    assert counts(fixes(server)[1]) == (0, 1)


def test_an_agent_alone_does_not_reorder(fresh_harbour):
    server = fresh_harbour
    agent = server.token("read,report", kind="agent")
    before = [fix["id"] for fix in fixes(server)]
    report = server.post("/api/v1/reports", json={"text": PASTED}, token=agent).json()
    response = server.post(
        f"/api/v1/reports/{report['id']}/outcomes",
        json={"fix": before[1], "result": "worked", "on_behalf_of": "user-7"},
        token=agent,
    )
    assert response.status_code == 201
    assert [fix["id"] for fix in fixes(server)] == before


def test_an_anonymous_success_alone_does_not_reorder(fresh_harbour):
    server = fresh_harbour
    before = [fix["id"] for fix in fixes(server)]
    diagnosis = server.diagnose(PASTED)
    response = server.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": before[1], "result": "worked"},
        token=None,
    )
    assert response.status_code == 201, response.text
    assert [fix["id"] for fix in fixes(server)] == before


def test_one_reporter_counts_once_for_one_report_and_fix(fresh_harbour):
    server = fresh_harbour
    fix = fixes(server)[0]["id"]
    report = open_report(server)
    for result in ("no_effect", "worked", "worked"):
        server.post(f"/api/v1/reports/{report['id']}/outcomes", json={"fix": fix, "result": result})
    assert counts(fixes(server)[0]) == (1, 1)
    assert len(server.json(f"/api/v1/reports/{report['id']}")["outcomes"]) == 3


@pytest.mark.parametrize("address", ["/diagnoses/{id}/outcomes", "/api/v1/diagnoses/{id}/outcomes"])
@pytest.mark.parametrize("form", ["urlencoded", "json"])
def test_an_outcome_is_taken_as_a_form_and_as_json(harbour, address, form):
    fix = fixes(harbour)[0]["id"]
    diagnosis = harbour.diagnose(PASTED)
    fields = {"fix": fix, "result": "worked"}
    response = harbour.post(
        address.format(id=diagnosis["id"]),
        json=fields if form == "json" else None,
        data=fields if form == "urlencoded" else None,
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 201, response.text
    answer = response.json()
    assert answer["fix"] == fix
    assert answer["result"] == "worked"
    assert answer["state"] == "resolved"
    assert {"id", "report"} <= answer.keys()


def test_a_browsers_form_leads_on_to_a_page(harbour):
    fix = fixes(harbour)[0]["id"]
    diagnosis = harbour.diagnose(PASTED)
    response = harbour.client.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": fix, "result": "worked"},
        headers={
            "Accept": BROWSER_ACCEPT, "Origin": harbour.url, "Sec-Fetch-Site": "same-origin",
        },
        follow_redirects=True,
    )  # fmt: skip
    assert response.status_code in (200, 201)
    assert response.headers["content-type"].startswith("text/html")


def test_after_a_fix_that_did_not_help_the_next_one_is_shown(fresh_harbour):
    server = fresh_harbour
    first, second = fixes(server)
    diagnosis = server.diagnose(PASTED)
    response = server.client.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": first["id"], "result": "no_effect"},
        headers={"Accept": BROWSER_ACCEPT, "Origin": server.url},
        follow_redirects=True,
    )
    assert SECOND in visible_text(response.text)


def test_curl_records_an_outcome(harbour):
    fix = fixes(harbour)[0]["id"]
    diagnosis = harbour.diagnose(PASTED)
    done = curl(
        "-w", "\n%{http_code}", "-d", f"fix={fix}", "-d", "result=worked",
        f"{harbour.url}/diagnoses/{diagnosis['id']}/outcomes",
    )  # fmt: skip
    assert done.stdout.endswith(b"201"), done.stdout
    assert b"<" not in done.stdout


@pytest.mark.parametrize(
    "path", ["/api/v1/reports", "/api/v1/diagnoses/{id}/outcomes", "/api/v1/reports/x/outcomes"]
)
@pytest.mark.parametrize("token", [None, "not-a-token"])
def test_the_api_asks_for_a_token(harbour, path, token):
    diagnosis = harbour.diagnose(PASTED)
    response = harbour.post(
        path.format(id=diagnosis["id"]), json={"fix": 1, "result": "worked"}, token=token
    )
    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_token_without_the_scope_is_refused(harbour):
    reader = harbour.token("read")
    problem(harbour.post("/api/v1/reports", json={"text": PASTED}, token=reader), 403)
    reporter = harbour.token("read,report")
    body = {"guide": "harbour-runbook", "section": "Quay", "title": "T", "markdown": "- a\n"}
    problem(harbour.post("/api/v1/issues", json=body, token=reporter), 403)


def test_a_wrong_token_is_refused_where_none_is_needed_for_writing(harbour):
    diagnosis = harbour.diagnose(PASTED)
    response = harbour.post(
        f"/diagnoses/{diagnosis['id']}/outcomes",
        data={"fix": fixes(harbour)[0]["id"], "result": "worked"},
        headers={"Accept": "application/json"},
        token="not-a-token",
    )
    problem(response, 401)


def test_a_report_lives_from_open_to_resolved(harbour):
    response = harbour.post("/api/v1/reports", json={"text": PASTED, "environment": {"crane": "3"}})
    assert response.status_code == 201
    assert harbour.get(response.headers["location"]).status_code == 200
    report = harbour.json(f"/api/v1/reports/{response.json()['id']}")
    assert {
        "id", "state", "text", "environment", "issue", "outcomes", "diagnosis", "created_at", "url",
    } <= report.keys()  # fmt: skip
    assert report["state"] == "open"
    assert "slew interlock open" in report["text"]
    assert report["environment"] == {"crane": "3"}
    assert report["outcomes"] == []

    first, second = (fix["id"] for fix in fixes(harbour))
    path = f"/api/v1/reports/{report['id']}"
    tried = harbour.post(f"{path}/outcomes", json={"fix": first, "result": "no_effect"})
    assert tried.status_code == 201
    assert tried.json()["state"] != "resolved"
    assert harbour.json(path)["issue"] is not None
    helped = harbour.post(
        f"{path}/outcomes", json={"fix": second, "result": "worked", "note": "at once"}
    )
    assert helped.json()["state"] == "resolved"
    closed = harbour.json(path)
    assert closed["state"] == "resolved"
    assert {(o["fix"], o["result"]) for o in closed["outcomes"]} == {
        (first, "no_effect"),
        (second, "worked"),
    }
    came_back = harbour.post(f"{path}/outcomes", json={"fix": second, "result": "recurred"})
    assert came_back.json()["state"] != "resolved"


def test_a_report_can_end_by_itself(harbour):
    report = open_report(harbour)
    response = harbour.post(f"/api/v1/reports/{report['id']}/resolve", json={"by": "itself"})
    assert response.is_success, response.text
    assert harbour.json(f"/api/v1/reports/{report['id']}")["state"] == "resolved"


def test_a_report_can_name_an_issue_or_a_diagnosis_instead_of_a_text(harbour):
    by_issue = open_report(harbour, issue=CRANE)
    assert harbour.json(f"/api/v1/reports/{by_issue['id']}")["issue"]
    diagnosis = harbour.diagnose(PASTED)["id"]
    by_diagnosis = open_report(harbour, diagnosis=diagnosis)
    assert harbour.json(f"/api/v1/reports/{by_diagnosis['id']}")["diagnosis"]


def test_a_report_has_a_page_for_whoever_has_its_address(harbour):
    report = open_report(harbour)
    for suffix in ("html", "json", "md", "txt"):
        response = harbour.get(f"/reports/{report['id']}.{suffix}")
        assert response.status_code == 200
        assert "slew interlock open" in response.text


def test_reports_are_listed_for_members_only(harbour):
    open_report(harbour)
    assert harbour.get("/api/v1/reports").status_code in (401, 403)
    assert harbour.json("/api/v1/reports", headers=bearer())["results"]


def test_a_deleted_report_is_gone(harbour):
    report = open_report(harbour, text="E-4410 seen by Zebedee-Quux on crane 9")
    path = f"/api/v1/reports/{report['id']}"
    assert harbour.client.delete(path, headers=bearer()).status_code in (200, 204)
    assert harbour.get(path).status_code in (404, 410)


def test_a_report_keeps_no_secret(harbour):
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    report = open_report(harbour, text=f"{PASTED} key {secret}")
    assert secret not in harbour.get(f"/api/v1/reports/{report['id']}").text
    for file in harbour.database.parent.glob(harbour.database.name + "*"):
        assert secret.encode() not in file.read_bytes()


def test_an_unknown_fix_is_422(harbour):
    report = open_report(harbour)
    body = {"fix": 999_999, "result": "worked"}
    document = problem(harbour.post(f"/api/v1/reports/{report['id']}/outcomes", json=body), 422)
    assert "fix" in str(document)
    diagnosis = harbour.diagnose(PASTED)["id"]
    problem(harbour.post(f"/api/v1/diagnoses/{diagnosis}/outcomes", json=body), 422)


def test_a_fix_of_another_issue_is_422(harbour):
    other = harbour.issue("hoist-brake-overheats")["fixes"][0]["id"]
    report = open_report(harbour, issue=CRANE)
    body = {"fix": other, "result": "worked"}
    problem(harbour.post(f"/api/v1/reports/{report['id']}/outcomes", json=body), 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fix": None, "result": "worked"}, "fix"),
        ({"result": "worked"}, "fix"),
        ({"fix": 0}, "result"),
        ({"fix": 0, "result": "splendid"}, "result"),
        ({"fix": 0, "result": "worked", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_outcome_is_422_and_names_the_field(harbour, body, field):
    if body.get("fix") == 0:
        body = {**body, "fix": fixes(harbour)[0]["id"]}
    report = open_report(harbour)
    document = problem(harbour.post(f"/api/v1/reports/{report['id']}/outcomes", json=body), 422)
    assert field in str(document)


def test_an_outcome_for_a_report_that_never_was_is_404(harbour):
    body = {"fix": fixes(harbour)[0]["id"], "result": "worked"}
    problem(harbour.post("/api/v1/reports/aaaaaaaaaaaaaaaaaaaa/outcomes", json=body), 404)


def test_a_token_made_on_the_command_line_works_at_once_beside_the_server(harbour):
    done = fixbook(
        "token", "create", "--db", harbour.database, "--name", "night shift", "--scope", "report"
    )
    token = done.stdout.decode().strip()
    assert harbour.post("/api/v1/reports", json={"text": PASTED}, token=token).status_code == 201


def test_what_is_said_of_a_diagnosis_that_is_no_longer_kept_is_410(harbour, server):
    """Any diagnosis that this server does not have was one of long ago."""
    diagnosis = harbour.diagnose("E-4410 slew interlock open")["id"]
    outcome = {"fix": 1, "result": "worked"}
    for path, body in (("outcomes", outcome), ("feedback", {"right_issue": None})):
        gone = server.post(f"/api/v1/diagnoses/{diagnosis}/{path}", json=body)
        assert problem(gone, 410)["code"] == "gone"
        unknown = server.post(f"/api/v1/diagnoses/no-such-id/{path}", json=body)
        assert problem(unknown, 404)["code"] == "not_found"


def test_feedback_says_which_issue_it_was_or_that_it_was_none(harbour):
    diagnosis = harbour.diagnose("E-4410 slew interlock open")["id"]
    path = f"/api/v1/diagnoses/{diagnosis}/feedback"
    assert problem(harbour.post(path, json={}), 422)["field"] == "right_issue"
    for issue in (None, "hoist-brake-overheats"):
        assert harbour.post(path, json={"right_issue": issue}).status_code == 201
    page = harbour.get(f"/diagnoses/{diagnosis}", accept="text/html").text
    assert re.search(r'action="[^"]+/feedback"[^>]*>\s*<input [^>]*name="right_issue" value=""', page)
    assert harbour.client.post(path[7:], data={"right_issue": ""}).status_code == 201
    assert harbour.client.post(path[7:]).status_code == 422


def test_an_anonymous_browser_stays_the_reporter_of_its_report(fresh_harbour):
    server = fresh_harbour
    first, second = fixes(server)
    headers = {"Accept": BROWSER_ACCEPT, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=server.url, headers=headers) as browser:
        opened = browser.post("/reports", data={"issue": CRANE})
        assert opened.status_code == 303
        report = opened.headers["location"]
        for fix, result in ((first, "no_effect"), (second, "worked")):
            answer = browser.post(f"{report}/outcomes", data={"fix": fix["id"], "result": result})
            assert answer.status_code == 303, answer.text
    assert server.get(f"/api/v1{report}").json()["state"] == "resolved"


def test_a_report_has_the_environment_that_its_diagnosis_was_asked_with(harbour):
    asked = harbour.post(
        "/api/v1/diagnose?environment=quay=west",
        json={"text": PASTED, "environment": {"crane": "C4", "key": "AKIAIOSFODNN7EXAMPLE"}},
    ).json()
    wanted = {"quay": "west", "crane": "C4"}
    assert wanted.items() <= asked["environment"].items()
    assert "AKIAIOSFODNN7EXAMPLE" not in str(asked)
    outcome = harbour.post(
        f"/api/v1/diagnoses/{asked['id']}/outcomes",
        json={"fix": asked["matches"][0]["fixes"][0]["id"], "result": "worked"},
    ).json()
    report = harbour.get(f"/api/v1/reports/{outcome['report']}").json()
    assert wanted.items() <= report["environment"].items()
    opened = open_report(harbour, diagnosis=asked["id"])
    assert wanted.items() <= opened["environment"].items()


def test_what_else_fixed_it_becomes_a_suggested_fix(fresh_harbour):
    server = fresh_harbour
    token = server.token("report")
    body = {"text": "brakes smell", "issue": "hoist-brake-overheats"}
    report = server.post("/api/v1/reports", body, token=token).json()
    path = f"/api/v1/reports/{report['id']}"
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    words = {"by": "other", "text": f"Grease the reel\n# with {secret}"}
    closed = server.post(path + "/resolve", words, token=token).json()
    assert (closed["state"], closed["closed_by"]) == ("resolved", "other")
    editor = server.token("edit")
    (waiting,) = server.json("/api/v1/suggestions", headers=bearer(editor))["results"]
    assert waiting["issue"]["slug"] == "hoist-brake-overheats"
    assert "- **Fix**: As a report says:\n\n```text\nGrease the reel\n# with " in waiting["markdown"]
    assert secret not in waiting["markdown"]
    done = server.post(f"/api/v1/suggestions/{waiting['id']}/accept", {}, token=editor)
    assert done.status_code == 200, done.text
    fixes = server.issue("hoist-brake-overheats")["fixes"]
    assert len(fixes) == 2 and "Grease the reel" in fixes[1]["text"]


def test_a_report_is_opened_again(fresh_harbour):
    server = fresh_harbour
    token = server.token("report")
    report = server.post("/api/v1/reports", {"text": "it hums"}, token=token).json()
    path = f"/api/v1/reports/{report['id']}"
    server.post(path + "/resolve", {"by": "itself"}, token=token)
    assert server.json(path)["state"] == "resolved"
    assert server.post(path + "/reopen", {}, token=server.token("report")).status_code == 403
    opened = server.post(path + "/reopen", {}, token=token).json()
    assert (opened["state"], opened["closed_by"]) == ("open", None)
    page = server.get(f"/reports/{report['id']}.html", headers=bearer(token)).text
    assert "It went away by itself" in page


def test_a_deleted_report_takes_its_open_suggestion_along(fresh_harbour):
    server = fresh_harbour
    token = server.token("report")
    body = {"text": "brakes smell", "issue": "hoist-brake-overheats"}
    report = server.post("/api/v1/reports", body, token=token).json()
    path = f"/api/v1/reports/{report['id']}"
    server.post(path + "/resolve", {"by": "other", "text": "zyzzogeton quaxolotl"}, token=token)
    assert server.client.delete(path, headers=bearer(token)).status_code == 200
    assert server.json("/api/v1/suggestions", headers=bearer())["results"] == []
