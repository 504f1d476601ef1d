"""Alerts become reports with a diagnosis, once each, whatever order they are told in."""

import itertools
import json

import pytest

from guides import HARBOUR
from harness import ADMIN_TOKEN, Server, bearer, copy_database, problem, succeed, visible_text

NO_END = "0001-01-01T00:00:00Z"


def alert(start: str, end: str | None = None, fingerprint: str = "1a30ba71cca2921f", **labels) -> dict:
    """One alert as Alertmanager 0.27 writes it."""
    return {
        "status": "resolved" if end else "firing",
        "labels": {
            "alertname": "SlewInterlockOpen", "instance": "crane-3:9100", "job": "cranes",
            "severity": "critical", **labels,
        },
        "annotations": {
            "description": "crane-3 reports: slewd[312]: E-4410 slew interlock open, motion inhibited",
            "runbook_url": "http://127.0.0.1:8080/go/SlewInterlockOpen",
            "summary": "Crane 3 does not move",
        },
        "startsAt": start,
        "endsAt": end or NO_END,
        "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=slew_interlock+%3D%3D+1&g0.tab=1",
        "fingerprint": fingerprint,
    }  # fmt: skip


def notification(*alerts: dict) -> dict:
    firing = any(each["status"] == "firing" for each in alerts)
    return {
        "receiver": "fixbook", "status": "firing" if firing else "resolved", "alerts": list(alerts),
        "groupLabels": {"alertname": "SlewInterlockOpen"},
        "commonLabels": {"alertname": "SlewInterlockOpen", "job": "cranes", "severity": "critical"},
        "commonAnnotations": {}, "externalURL": "http://alertmanager.example.org:9093", "version": "4",
        "groupKey": '{}/{severity="critical"}:{alertname="SlewInterlockOpen"}', "truncatedAlerts": 0,
    }  # fmt: skip


def tell(server, *alerts: dict, token: str | None = None, **headers) -> list[dict]:
    """Sends a notification as Alertmanager does, and gives what was done with each alert."""
    response = server.client.post(
        "/hooks/alertmanager.json",
        content=json.dumps(notification(*alerts)),
        headers={"Content-Type": "application/json", "User-Agent": "Alertmanager/0.27.0",
                 **(bearer(token) if token else {}), **headers},
    )  # fmt: skip
    assert response.status_code == 200, response.text
    return response.json()["results"]


def reports(server) -> list[dict]:
    return server.json("/api/v1/reports?limit=100", headers=bearer())["results"]


FIRST, SECOND = ("2026-05-03T14:05:09.828Z", "2026-05-03T14:30:00Z"), ("2026-05-03T18:00:00Z", "2026-05-03T19:00:00Z")


def test_a_firing_alert_opens_a_report_with_its_diagnosis(fresh_harbour):
    server = fresh_harbour
    [done] = tell(server, alert(FIRST[0]))
    assert done["action"] == "opened"
    report = server.json(f"/api/v1/reports/{done['report']}")
    assert report["state"] == "open"
    assert report["source"] == "anonymous"
    assert report["issue"]["slug"] == "crane-refuses-to-swing"
    assert report["environment"]["instance"] == "crane-3:9100"
    assert report["text"].splitlines()[:2] == ["SlewInterlockOpen", "Crane 3 does not move"]
    assert "runbook" not in report["text"]
    diagnosis = server.json(f"/api/v1/diagnoses/{report['diagnosis']}")
    assert diagnosis["verdict"] == "known"
    assert done["url"] == f"{server.url}/reports/{done['report']}"


def test_repetitions_make_no_second_report(fresh_harbour):
    actions = [tell(fresh_harbour, alert(FIRST[0]))[0]["action"] for _ in range(3)]
    assert actions == ["opened", "repeated", "repeated"]
    assert len(reports(fresh_harbour)) == 1
    # Of one notification too, and from the other of a pair of Prometheus servers.
    later = alert("2026-05-03T14:06:30Z")
    earlier = alert("2026-05-03T14:04:00Z")
    assert [each["action"] for each in tell(fresh_harbour, later, earlier)] == ["repeated"] * 2
    assert [each["action"] for each in tell(fresh_harbour, alert(FIRST[0], fingerprint="b"))] == ["opened"]


def test_a_resolved_alert_closes_it_as_gone_and_says_whom_to_ask(fresh_harbour):
    server = fresh_harbour
    [opened] = tell(server, alert(FIRST[0]))
    [closed] = tell(server, alert(*FIRST))
    assert closed["action"] == "closed" and closed["report"] == opened["report"]
    report = server.json(f"/api/v1/reports/{closed['report']}")
    assert (report["state"], report["closed_by"]) == ("resolved", "itself")
    assert report["contact"].startswith("harbour engineering")
    for form in ("html", "txt"):
        page = visible_text(server.get(f"/reports/{closed['report']}.{form}").text)
        assert "the cause is not known. Ask what happened, and write it down: harbour engineering" in page


def test_what_a_person_said_of_the_report_stays(fresh_harbour):
    server = fresh_harbour
    [opened] = tell(server, alert(FIRST[0]))
    by_hand = server.post(f"/api/v1/reports/{opened['report']}/resolve", {"by": "other", "text": "a new switch"})
    assert by_hand.status_code == 200
    assert tell(server, alert(*FIRST))[0]["action"] == "closed"
    assert server.json(f"/api/v1/reports/{opened['report']}")["closing_text"] == "a new switch"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_two_firings_told_in_any_order_end_as_closed_reports(harbour, order):
    """Told: first fires, first is resolved, second fires, second is resolved."""
    messages = [alert(FIRST[0]), alert(*FIRST), alert(SECOND[0]), alert(*SECOND)]
    fingerprint = "order-" + "".join(map(str, order))
    for number in order + order:  # and everything once more
        tell(harbour, messages[number] | {"fingerprint": fingerprint}, token=ADMIN_TOKEN)
    mine = [report for report in reports(harbour) if report["environment"].get("alertname")]
    assert {report["state"] for report in mine} == {"resolved"}
    ours = {
        tell(harbour, message | {"fingerprint": fingerprint}, token=ADMIN_TOKEN)[0]["report"] for message in messages
    }
    # When the second is told of between beginning and end of the first, they are taken for one.
    merged = order.index(0) < min(order.index(2), order.index(3)) < order.index(1)
    assert len(ours) == 2 or (merged and len(ours) == 1)


def test_an_alert_that_fires_again_is_another_report(fresh_harbour):
    first = [tell(fresh_harbour, message)[0] for message in (alert(FIRST[0]), alert(*FIRST))]
    second = tell(fresh_harbour, alert(SECOND[0]))[0]
    assert second["action"] == "opened" and second["report"] != first[0]["report"]
    assert tell(fresh_harbour, alert(FIRST[0]))[0]["action"] == "late"
    assert tell(fresh_harbour, alert(*FIRST))[0]["action"] == "repeated"


def test_a_deleted_report_is_not_opened_again_by_a_repetition(fresh_harbour):
    [opened] = tell(fresh_harbour, alert(FIRST[0]))
    assert fresh_harbour.client.delete(f"/api/v1/reports/{opened['report']}", headers=bearer()).status_code == 200
    [again] = tell(fresh_harbour, alert(FIRST[0]))
    assert again["action"] == "repeated" and again["report"] is None
    assert tell(fresh_harbour, alert(*FIRST))[0]["action"] == "closed"


def test_the_name_of_an_alert_leads_to_its_issue(tmp_path):
    guide = tmp_path / "guide.md"
    guide.write_text(HARBOUR.replace("crane stuck; slew interlock", "crane stuck; HoistTooSlow"))
    succeed("import", "--db", tmp_path / "base.db", guide)
    with Server(tmp_path / "base.db") as server:
        quiet = alert(FIRST[0], alertname="HoistTooSlow") | {"annotations": {}}
        [done] = tell(server, quiet)
        assert server.json(f"/api/v1/reports/{done['report']}")["issue"]["slug"] == "crane-refuses-to-swing"

        def go(name):
            answer = server.get(f"/go/{name}")
            assert answer.status_code == 302
            assert server.get(answer.headers["location"]).status_code == 200
            return answer.headers["location"]

        assert go("HoistTooSlow") == "/issues/crane-refuses-to-swing"
        assert go("CraneRefusesToSwing") == "/issues/crane-refuses-to-swing"
        assert go("Crane%20refuses%20to%20swing.json") == "/issues/crane-refuses-to-swing.json"
        assert go("crane-refuses-to-swing") == "/issues/crane-refuses-to-swing"
        assert go("NobodyKnows%26this") == "/search?q=NobodyKnows%26this"
        assert go("") == "/search"
        page = visible_text(server.get("/search?q=NobodyKnowsThis", accept="text/html").text)
        assert "Ask harbour engineering" in page and "Leave a report" in page
        text = server.get("/search?q=NobodyKnowsThis").text
        assert "harbour engineering" in text and "/issues/new?title=NobodyKnowsThis" in text


def test_secrets_in_labels_and_annotations_are_masked(fresh_harbour):
    secret = "AKIAIOSFODNN7EXAMPLE"
    leaky = alert(FIRST[0], key=secret)
    leaky["annotations"]["description"] = f"with {secret}"
    [done] = tell(fresh_harbour, leaky)
    assert secret not in fresh_harbour.get(f"/api/v1/reports/{done['report']}").text
    fresh_harbour.stop()
    assert secret.encode() not in fresh_harbour.database.read_bytes()
    fresh_harbour.start()


def test_a_token_may_be_needed(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, "--trusted-proxy", "127.0.0.9") as server:
        body = json.dumps(notification(alert(FIRST[0])))

        def send(**headers):
            return server.client.post(
                "/hooks/alertmanager.json", content=body, headers={"Content-Type": "application/json", **headers}
            )

        assert problem(send(), 401)["code"] == "unauthorized"
        assert problem(send(Authorization="Bearer wrong"), 401)["code"] == "invalid_token"
        assert problem(send(**bearer(server.token("read"))), 403)["code"] == "missing_scope"
        done = send(**bearer(server.token("report", kind="automation")))
        report = server.json(f"/api/v1/reports/{done.json()['results'][0]['report']}")
        assert report["source"] == "automation"


@pytest.mark.parametrize(("body", "status", "code", "field"), [
    (b"{", 400, "invalid_json", None),
    (b"{}", 422, "missing_field", "alerts"),
    (b'{"alerts": [{}]}', 422, "invalid_field", "alerts[0].labels"),
    (b'{"alerts": [{"labels": {"a": "b"}}]}', 422, "invalid_field", "alerts[0].startsAt"),
    (b'{"alerts": [{"labels": {"a": "b"}, "startsAt": "2026-05-03T14:05:09Z"}]}', 422, "invalid_field", "alerts[0].status"),
])  # fmt: skip
def test_what_is_no_notification_is_refused(harbour, body, status, code, field):
    response = harbour.client.post("/hooks/alertmanager.json", content=body, headers={"Content-Type": "application/json", **bearer()})
    document = problem(response, status)
    assert document["code"] == code
    assert document.get("field") == field


def test_grafana_and_an_old_alertmanager_are_understood(fresh_harbour):
    grafana = alert("2021-10-12T09:51:03.157076+02:00") | {
        "silenceURL": "https://play.grafana.org/alerting/silence/new", "dashboardURL": "", "panelURL": "",
        "values": {"B": 44.23943737541908, "C": 1}, "valueString": "[ metric='' labels={} value=14151.3 ]",
    }  # fmt: skip
    assert tell(fresh_harbour, grafana)[0]["action"] == "opened"
    old = alert(FIRST[0], job="other")
    del old["fingerprint"]
    assert [tell(fresh_harbour, old)[0]["action"] for _ in range(2)] == ["opened", "repeated"]
    # A resolved one without an end.
    assert tell(fresh_harbour, old | {"status": "resolved"})[0]["action"] == "closed"
