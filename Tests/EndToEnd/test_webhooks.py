"""Changes are told to those who asked, once at least, however the receiver behaves."""

import datetime
import json
import os
import socket
import sqlite3
import subprocess
import threading
import time

import pytest
import standardwebhooks

from harness import ADMIN_TOKEN, BINARY, Server, bearer, copy_database, environment, free_port, problem
from receiver import Receiver

CRANE = "crane-refuses-to-swing"
ALLOWED = ("--webhook-host", "127.0.0.1", "--webhook-retries", "0,0,0")


@pytest.fixture(scope="module")
def server(harbour_database, tmp_path_factory):
    database = copy_database(harbour_database, tmp_path_factory.mktemp("hooks") / "harbour.db")
    with Server(database, *ALLOWED) as server:
        yield server


def add(server, receiver, **fields) -> dict:
    url = receiver if isinstance(receiver, str) else receiver.url
    response = server.post("/api/v1/webhooks", {"url": url, **fields})
    assert response.status_code == 201, response.text
    return response.json()


def remove(server, hook: dict) -> None:
    assert server.client.delete(f"/api/v1/webhooks/{hook['id']}", headers=bearer()).status_code == 200


def log(server, hook: dict) -> list[dict]:
    return server.json(f"/api/v1/webhooks/{hook['id']}/deliveries?limit=100", headers=bearer())["results"]


def settled(server, hook: dict) -> dict:
    """The only delivery of a webhook, once nothing more will happen to it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        [delivery] = log(server, hook)
        if delivery["state"] != "waiting":
            return delivery
        time.sleep(0.02)
    raise AssertionError(f"still waiting: {log(server, hook)}")


def stopped(server, hook: dict) -> str | None:
    listed = server.json("/api/v1/webhooks", headers=bearer())["results"]
    return next(each for each in listed if each["id"] == hook["id"])["stopped"]


def test(server, hook: dict) -> None:
    assert server.post(f"/api/v1/webhooks/{hook['id']}/test").status_code == 202


def edit(server, **fields) -> dict:
    issue = server.json(f"/api/v1/issues/{CRANE}", headers=bearer())
    body = {name: issue[name] for name in ("title", "section", "markdown")} | {"base": issue["revision"]} | fields
    response = server.client.put(f"/api/v1/issues/{CRANE}", json=body, headers=bearer())
    assert response.status_code == 200, response.text
    return response.json()


test.__test__ = False


def test_a_message_is_signed_as_standard_webhooks_says(server):
    with Receiver() as receiver:
        hook = add(server, receiver)
        test(server, hook)
        path, headers, body = receiver.next()
        assert path == "/hook"
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("Fixbook/")
        # The reference implementation accepts it, and nothing that was changed.
        assert standardwebhooks.Webhook(hook["secret"]).verify(body, headers) == json.loads(body)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(hook["secret"]).verify(body + b" ", headers)
        delivery = settled(server, hook)
        assert delivery["id"] == headers["webhook-id"]
        assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 204, 1)
        remove(server, hook)


def test_the_secret_is_shown_once_and_may_be_ones_own(server):
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    hook = add(server, "http://127.0.0.1:9/", secret=secret)
    assert hook["secret"] == secret
    listed = server.get("/api/v1/webhooks", headers=bearer())
    assert listed.json()["results"][-1]["url"] == "http://127.0.0.1:9/"
    assert "secret" not in listed.text and "MfKQ9" not in listed.text
    remove(server, hook)
    assert problem(server.post("/api/v1/webhooks", {"url": "http://127.0.0.1:9/", "secret": "short"}), 422)["field"] == "secret"


def test_every_kind_of_event_is_told(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, *ALLOWED) as server, Receiver() as receiver:
        hook = add(server, receiver)
        told = []

        def tells(kind: str) -> dict:
            event = receiver.event()
            told.append(event["type"])
            assert event["type"] == kind, event
            assert datetime.datetime.fromisoformat(event["timestamp"])
            return event["data"]

        made = server.post("/api/v1/issues", {"guide": "harbour-runbook", "section": "Quay", "title": "Tide table is old", "markdown": "- wrong times"})
        assert made.status_code == 201
        data = tells("issue.created")
        assert data["issue"]["slug"] == "tide-table-is-old"
        assert data["issue"]["url"] == data["url"] == f"{server.url}/issues/tide-table-is-old"
        assert data["revision"] == 1 and data["author"]
        edit(server, markdown=server.issue(CRANE)["markdown"] + "\n- **Fix**: Wait.\n", comment="one more")
        assert tells("issue.edited")["summary"] == "one more"
        server.post(f"/api/v1/issues/{CRANE}/verify", {"against": "firmware 4"})
        assert tells("issue.verified")["summary"] == "verified against firmware 4"
        report = server.post("/api/v1/reports", {"text": "the key is AKIAIOSFODNN7EXAMPLE", "issue": CRANE}).json()
        data = tells("report.opened")
        assert data["report"]["id"] == report["id"] and data["report"]["state"] == "open"
        assert "AKIA" not in json.dumps(data) and data["report"]["text"].startswith("the key is")
        assert data["issue"]["slug"] == CRANE
        fix = server.issue(CRANE)["fixes"][0]["id"]
        server.post(f"/api/v1/reports/{report['id']}/outcomes", {"fix": fix, "result": "worked"})
        assert tells("report.resolved")["report"]["state"] == "resolved"
        server.post("/api/v1/suggestions", {"issue": CRANE, "title": "Crane", "section": "Cranes", "markdown": "- b", "comment": "why"})
        data = tells("suggestion.made")
        assert (data["title"], data["comment"]) == ("Crane", "why")
        server.diagnose("nobody has ever seen zork-4711 fail like this")
        data = tells("gap.first_seen")
        assert "zork-4711" in data["gap"]["text"]
        server.diagnose("nobody has ever seen zork-4711 fail like this")
        server.client.delete("/api/v1/issues/tide-table-is-old", headers=bearer() | {"If-Match": "*"})
        # Asked again it is no news: the next thing told is the deletion.
        tells("issue.archived")
        assert len(log(server, hook)) == len(told)


def test_only_what_was_asked_for_is_told(server):
    with Receiver() as receiver:
        hook = add(server, receiver, events=["issue.verified"])
        edit(server, markdown=server.issue(CRANE)["markdown"] + "\n")
        server.post(f"/api/v1/issues/{CRANE}/verify", {"against": "x"})
        assert receiver.event()["type"] == "issue.verified"
        assert len(log(server, hook)) == 1
        remove(server, hook)


def test_a_webhook_sees_no_more_than_its_audience(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, *ALLOWED) as server, Receiver() as anyone, Receiver() as members, Receiver() as everything:
        hooks = {
            name: add(server, receiver, audience=name)
            for name, receiver in (("anyone", anyone), ("members", members), ("everything", everything))
        }

        def audience(name: str) -> None:
            with sqlite3.connect(database) as connection:
                connection.execute("UPDATE guide SET audience = ?", [name])
            connection.close()

        def count() -> list[int]:
            return [len(log(server, hooks[name])) for name in ("anyone", "members", "everything")]

        edit(server, comment="public", markdown="- a\n")
        assert count() == [1, 1, 1]
        server.post("/api/v1/reports", {"text": "x", "issue": CRANE})
        assert count() == [1, 2, 2]
        audience("members")
        edit(server, comment="for members", markdown="- b\n")
        assert count() == [1, 3, 3]
        audience("named")
        edit(server, comment="for some", markdown="- c\n")
        server.post("/api/v1/reports", {"text": "y", "issue": CRANE})
        assert count() == [1, 3, 5]
        assert anyone.event()["data"]["summary"] == "public"


def test_a_receiver_that_fails_is_asked_again_with_the_same_id(server):
    with Receiver(500, 503, 200) as receiver:
        hook = add(server, receiver)
        test(server, hook)
        ids = {receiver.next()[1]["webhook-id"] for _ in range(3)}
        delivery = settled(server, hook)
        assert ids == {delivery["id"]}
        assert (delivery["state"], delivery["attempts"], delivery["error"]) == ("delivered", 3, None)
        remove(server, hook)


@pytest.mark.parametrize(("answer", "says"), [
    (500, "answered 500"),
    (404, "answered 404"),
    ((302, {"Location": "http://127.0.0.1:9/elsewhere"}), "redirects are not followed"),
])  # fmt: skip
def test_after_the_last_attempt_it_is_given_up_and_logged(server, answer, says):
    with Receiver(answer) as receiver:
        hook = add(server, receiver)
        test(server, hook)
        delivery = settled(server, hook)
        assert (delivery["state"], delivery["attempts"]) == ("failed", 4)
        assert says in delivery["error"]
        assert receiver.messages.qsize() == 4
        page = server.get(f"/admin/webhooks/{hook['id']}", accept="text/html", headers=bearer()).text
        assert "given up after 4 attempts" in page
        remove(server, hook)


def test_nobody_there_is_given_up_too(server):
    hook = add(server, f"http://127.0.0.1:{free_port()}/")
    test(server, hook)
    delivery = settled(server, hook)
    assert delivery["state"] == "failed" and delivery["status"] is None
    assert "connect" in delivery["error"].lower()
    remove(server, hook)


def test_what_is_no_http_is_given_up(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def babble():
            for _ in range(4):
                client, _ = listener.accept()
                client.recv(65536)
                client.sendall(b"\x00garbage\n")
                client.close()

        threading.Thread(target=babble, daemon=True).start()
        hook = add(server, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        test(server, hook)
        assert settled(server, hook)["state"] == "failed"
        remove(server, hook)


def test_gone_stops_the_webhook(server):
    with Receiver(410) as receiver:
        hook = add(server, receiver)
        test(server, hook)
        assert settled(server, hook)["state"] == "failed"
        assert stopped(server, hook) == "the receiver answered 410, gone"
        edit(server, comment="nobody hears", markdown=server.issue(CRANE)["markdown"] + "\nmore\n")
        assert len(log(server, hook)) == 1
        # Until it takes a test message.
        receiver.next()
        receiver.answers[:] = [204]
        test(server, hook)
        assert receiver.event()["type"] == "webhook.test"
        deadline = time.monotonic() + 30
        while stopped(server, hook) and time.monotonic() < deadline:
            time.sleep(0.02)
        edit(server, comment="heard again", markdown=server.issue(CRANE)["markdown"] + "\nmore\n")
        assert receiver.event()["data"]["summary"] == "heard again"
        remove(server, hook)


def test_a_receiver_that_hangs_holds_up_nobody(server):
    with Receiver("hang") as stuck, Receiver() as other:
        slow, quick = add(server, stuck), add(server, other)
        edit(server, comment="both", markdown="- both\n")
        stuck.next()
        # While it hangs, writes are answered and other webhooks are served.
        for number in range(5):
            edit(server, comment=f"edit {number}", markdown=f"- {number}\n")
        assert [other.event()["data"]["summary"] for _ in range(6)] == ["both"] + [f"edit {n}" for n in range(5)]
        assert stuck.messages.empty()
        remove(server, slow)
        remove(server, quick)


def test_many_receivers_that_hang_hold_up_nobody(server):
    """As many as there are threads that send, and more messages for each than are sent meanwhile."""
    with Receiver("hang") as first, Receiver("hang") as second, Receiver("hang") as third, Receiver() as other:
        stuck = (first, second, third)
        hooks = [add(server, receiver) for receiver in (*stuck, other)]
        for number in range(6):
            edit(server, comment=f"edit {number}", markdown=f"- {number}\n")
        assert [other.event(30)["data"]["summary"] for _ in range(6)] == [f"edit {n}" for n in range(6)]
        # One attempt for each until it is given up, and not one for each message.
        assert sum(receiver.messages.qsize() for receiver in stuck) <= 5
        for hook in hooks:
            remove(server, hook)


def test_what_waits_survives_a_kill(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    server = Server(database, *ALLOWED).start()
    with Receiver("hang") as stuck:
        hook = add(server, stuck)
        edit(server, comment="first", markdown="- a\n")
        edit(server, comment="second", markdown="- b\n")
        _, headers, _ = stuck.next()
        server.kill()
    with Receiver() as receiver:
        # As if the lease, which is two minutes, had run out.
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE webhook SET url = ?", [receiver.url])
            connection.execute("UPDATE delivery SET due_at = 1 WHERE due_at IS NOT NULL")
        connection.close()
        with Server(database, *ALLOWED) as again:
            got = [receiver.next() for _ in range(2)]
            assert {json.loads(body)["data"]["summary"] for _, _, body in got} == {"first", "second"}
            # The one that was on its way comes again under its own id.
            assert headers["webhook-id"] in {each["webhook-id"] for _, each, _ in got}
            assert len(log(again, hook)) == 2


def test_two_processes_on_one_file_send_each_message_once(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Receiver() as receiver:
        with Server(database, *ALLOWED) as one, Server(database, *ALLOWED, log=tmp_path / "two.log") as two:
            hook = add(one, receiver)
            for number in range(20):
                edit((one, two)[number % 2], comment=str(number), markdown=f"- {number}\n")
            told = [receiver.event()["data"]["summary"] for _ in range(20)]
            assert sorted(told, key=int) == [str(number) for number in range(20)]
            for delivery in log(one, hook):
                assert delivery["attempts"] == 1
        assert receiver.messages.empty()


def test_slack_and_teams_are_told_in_their_own_shape(server):
    with Receiver() as slack, Receiver() as teams:
        hooks = [add(server, slack, format="slack"), add(server, teams, format="teams")]
        edit(server, comment="a <b> & *c*", markdown="- shapes\n", title="Crane refuses to swing")
        text = slack.event()["text"]
        assert text.startswith(f"*Issue edited*: <{server.url}/issues/{CRANE}|Crane refuses to swing> by ")
        assert text.endswith("a &lt;b&gt; &amp; *c*")
        message = teams.event()
        assert message["type"] == "message"
        [attachment] = message["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        card = attachment["content"]
        assert card["type"] == "AdaptiveCard"
        assert card["body"][0]["text"] == "Issue edited: Crane refuses to swing"
        assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": f"{server.url}/issues/{CRANE}"}]
        for hook in hooks:
            remove(server, hook)


@pytest.mark.parametrize(("url", "says"), [
    ("ftp://example.com/", "must begin with https"),
    ("https://user:pass@example.com/", "must not name a user"),
    ("https://exa mple.com/", "no plain name"),
    ("https://example.com/\"\nheader = \"x: y", "percent-encoded"),
    ("https://example.com:0/", "port"),
    ("https://example.com:+443/", "port"),
    ("https://[64:ff9b:1::102:304]/", "no public address"),
    ("https://[::1/", "host is no plain name"),
    ("http://example.com/", "--webhook-host"),
    ("https://127.0.0.2/", "no public address"),
    ("https://169.254.169.254/latest/meta-data/", "no public address"),
    ("https://10.0.0.1/", "no public address"),
    ("https://192.168.1.1/", "no public address"),
    ("https://100.64.0.1/", "no public address"),
    ("https://0.0.0.0/", "no public address"),
    ("https://[::1]/", "no public address"),
    ("https://[::ffff:169.254.169.254]/", "no public address"),
    ("https://[fe80::1]/", "no public address"),
    ("https://[fd00:ec2::254]/", "no public address"),
    ("https://2130706434/", "no public address"),
    ("https://0x7f.2/", "no public address"),
    ("https://localhost/", "no public address"),
    ("https://localhost./", "no plain name"),
])  # fmt: skip
def test_addresses_that_are_not_sent_to(server, url, says):
    document = problem(server.post("/api/v1/webhooks", {"url": url}), 422)
    assert document["field"] == "url"
    assert says in document["detail"]


def test_the_secret_is_not_seen_among_the_processes(server):
    with Receiver("hang") as receiver:
        hook = add(server, receiver)
        test(server, hook)
        receiver.next()
        lines = [
            open(f"/proc/{pid}/cmdline", "rb").read()
            for pid in os.listdir("/proc")
            if pid.isdigit() and os.path.exists(f"/proc/{pid}/cmdline")
        ]
        curls = [line for line in lines if line.startswith(b"curl\0")]
        assert curls
        for line in curls:
            assert b"hook" not in line and b"127.0.0.1" not in line and b"whsec" not in line
        remove(server, hook)


def test_without_curl_the_log_says_so(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database, "--webhook-host", "127.0.0.1", "--webhook-retries", "0", env={"PATH": str(tmp_path)}) as server:
        hook = add(server, "http://127.0.0.1:9/")
        test(server, hook)
        assert settled(server, hook)["error"] == "curl is not installed on this machine"


def test_webhooks_are_for_admins(server):
    for token, status in ((None, 401), (server.token("edit"), 403)):
        headers = bearer(token) if token else {}
        assert server.client.get("/api/v1/webhooks", headers=headers).status_code == status
        assert server.client.post("/api/v1/webhooks", json={"url": "https://example.com/"}, headers=headers).status_code == status
        assert server.client.delete("/api/v1/webhooks/1", headers=headers).status_code == status
        assert server.client.post("/api/v1/webhooks/1/test", headers=headers).status_code == status
    assert server.get("/admin/webhooks", accept="text/html").status_code == 403
    assert problem(server.post("/api/v1/webhooks/99999/test"), 404)


def test_the_page_adds_tests_and_deletes(server):
    with Receiver() as receiver:
        form = {"url": receiver.url, "format": "json", "audience": "members", "on issue.edited": "on"}
        added = server.client.post(
            "/admin/webhooks", data=form, headers=bearer(ADMIN_TOKEN) | {"Accept": "text/html"}
        )
        assert added.status_code == 201 and "whsec_" in added.text
        [hook] = [each for each in server.json("/api/v1/webhooks", headers=bearer())["results"] if each["url"] == receiver.url]
        assert hook["events"] == ["issue.edited"]
        page = server.get("/admin/webhooks", accept="text/html", headers=bearer()).text
        assert receiver.url in page and "whsec_" not in page
        for action, location in (("test", f"/admin/webhooks/{hook['id']}"), ("delete", "/admin/webhooks")):
            done = server.client.post(
                f"/admin/webhooks/{hook['id']}/{action}", headers=bearer() | {"Accept": "text/html"}
            )
            assert (done.status_code, done.headers["location"]) == (303, location)
        assert receiver.event()["type"] == "webhook.test"
        assert server.get(f"/admin/webhooks/{hook['id']}", headers=bearer()).status_code == 404


def test_an_import_is_not_told_issue_by_issue(server, tmp_path):
    with Receiver() as receiver:
        hook = add(server, receiver)
        guide = tmp_path / "many.md"
        guide.write_text("# Many\n\n## S\n\n" + "".join(f"### I{n}\n- x\n- **Fix**: y\n\n" for n in range(50)))
        subprocess.run([BINARY, "import", "--db", server.database, guide], check=True, env=environment(), capture_output=True)
        assert log(server, hook) == []
        remove(server, hook)


def test_a_host_that_is_allowed_by_name_is_reached_at_its_address(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Receiver() as receiver:
        with Server(database, "--webhook-host", f"localhost:{receiver.port}") as server:
            hook = add(server, f"http://localhost:{receiver.port}/named")
            test(server, hook)
            path, headers, _ = receiver.next()
            assert (path, headers["host"]) == ("/named", f"localhost:{receiver.port}")
            # That port alone.
            assert problem(server.post("/api/v1/webhooks", {"url": f"http://localhost:{receiver.port + 1}/"}), 422)


def test_an_address_full_of_signs_arrives_as_it_is(server):
    with Receiver() as receiver:
        hook = add(server, f"http://127.0.0.1:{receiver.port}/a%20b/{{x}}?q=$HOME&n=%0A'(~)*".replace("{x}", "x"))
        test(server, hook)
        assert receiver.next()[0] == "/a%20b/x?q=$HOME&n=%0A'(~)*"
        remove(server, hook)


def test_a_message_of_any_text_arrives_as_it_is(server):
    comment = "\"quoted\" \\ back\\n @file <tag> 'single' \u00e9 \U0001f600 %41 $(x) `y`"
    with Receiver() as receiver:
        hook = add(server, receiver)
        edit(server, comment=comment, markdown="- any text\n")
        assert receiver.event()["data"]["summary"] == comment
        remove(server, hook)
