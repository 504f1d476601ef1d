"""A POST with an Idempotency-Key is done once, however often it is sent (docs/api.md)."""

import sqlite3
import threading
import uuid

import pytest

from harness import Server, bearer, copy_database, problem

REPORT = {"text": "the crane hums and does not lift"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def reports(server) -> int:
    return len(server.json("/api/v1/reports?limit=100", headers=bearer())["results"])


def same(first, second) -> None:
    """Word by word, but for the mark and what belongs to the connection."""
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (first.status_code, first.content) == (second.status_code, second.content)
    ignored = {"date", "idempotency-replayed", "connection", "keep-alive", "request-id"}
    assert {n: v for n, v in first.headers.items() if n not in ignored} == {
        n: v for n, v in second.headers.items() if n not in ignored
    }


def test_a_report_sent_twice_is_one_report(fresh_harbour):
    once = key()
    first = fresh_harbour.post("/api/v1/reports", json=REPORT, headers=once)
    second = fresh_harbour.post("/api/v1/reports", json=REPORT, headers=once)
    assert first.status_code == 201
    same(first, second)
    assert reports(fresh_harbour) == 1
    third = fresh_harbour.post("/api/v1/reports", json=REPORT, headers=key())
    assert third.json()["id"] != first.json()["id"]


def test_a_key_lives_through_a_crash(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    once = key()
    with Server(database) as server:
        first = server.post("/api/v1/reports", json=REPORT, headers=once)
        server.kill()
        server.start()
        second = server.post("/api/v1/reports", json=REPORT, headers=once)
        assert second.json()["id"] == first.json()["id"]
        assert second.headers["idempotency-replayed"] == "true"
        assert reports(server) == 1


@pytest.mark.parametrize(
    "other",
    [{"json": {"text": "another"}}, {"json": REPORT, "params": {"limit": "1"}}],
    ids=["body", "query"],
)
def test_the_key_of_another_request_is_refused(harbour, other):
    once = key()
    assert harbour.post("/api/v1/reports", json=REPORT, headers=once).status_code == 201
    refused = harbour.post("/api/v1/reports", headers=once, **other)
    assert problem(refused, 422)["code"] == "idempotency_mismatch"


def test_a_key_is_its_callers_and_its_address_own(harbour):
    once = key()
    first = harbour.post("/api/v1/reports", json=REPORT, headers=once)
    other = harbour.post("/api/v1/reports", json=REPORT, headers=once, token=harbour.token("report"))
    assert other.status_code == 201 and other.json()["id"] != first.json()["id"]
    resolve = f"/api/v1/reports/{first.json()['id']}/resolve"
    assert harbour.post(resolve, json={"by": "itself"}, headers=once).status_code == 200


def test_the_answer_that_tells_of_a_deleted_report_goes_with_it(fresh_harbour):
    once, word = key(), "zyzzogeton quaxolotl brimbornian"
    body = {"text": word}
    report = fresh_harbour.post("/api/v1/reports", json=body, headers=once).json()
    resolve = f"/api/v1/reports/{report['id']}/resolve"
    assert fresh_harbour.post(resolve, json={"by": "itself"}, headers=key()).status_code == 200
    url = f"/api/v1/reports/{report['id']}"
    assert fresh_harbour.client.delete(url, headers=bearer()).status_code == 200
    files = fresh_harbour.database.parent.glob(fresh_harbour.database.name + "*")
    assert not any(word.encode() in file.read_bytes() for file in files)
    again = fresh_harbour.post("/api/v1/reports", json=body, headers=once)
    assert problem(again, 410)["code"] == "gone"
    assert reports(fresh_harbour) == 0


def test_many_at_once_are_done_once(fresh_harbour):
    """Each is answered with the report, or told to ask again; never with a second one."""
    once, answers, gate = key(), [], threading.Barrier(16)

    def send():
        with fresh_harbour.new_client() as client:
            gate.wait()
            answers.append(client.post("/api/v1/reports", json=REPORT, headers={**once, **bearer()}))

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    created = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["id"] for answer in created}) == 1
    assert len([answer for answer in created if "idempotency-replayed" not in answer.headers]) == 1
    for answer in answers:
        if answer.status_code != 201:
            assert problem(answer, 409)["code"] == "idempotency_in_progress"
            assert answer.headers["retry-after"]
    assert reports(fresh_harbour) == 1


def test_two_servers_on_one_file_do_it_once(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    once = key()
    with Server(database) as one, Server(database, log=tmp_path / "two.log") as two:
        first = one.post("/api/v1/reports", json=REPORT, headers=once)
        same(first, two.post("/api/v1/reports", json=REPORT, headers=once))


def test_an_answer_that_says_what_is_wrong_is_kept_too(harbour):
    once = key()
    wrong = {"text": "x", "issue": "no-such-issue"}
    first = harbour.post("/api/v1/reports", json=wrong, headers=once)
    assert problem(first, 422)["code"] == "invalid_field"
    same(first, harbour.post("/api/v1/reports", json=wrong, headers=once))


def test_who_may_not_do_it_may_try_again_later(harbour):
    once = {**key(), **bearer(harbour.token("read"))}
    for _ in range(2):
        refused = harbour.client.post("/api/v1/reports", json=REPORT, headers=once)
        assert problem(refused, 403)["code"] == "missing_scope"
        assert "idempotency-replayed" not in refused.headers


def test_a_form_from_curl_is_done_once(harbour):
    once = key()
    fix = harbour.issue("hoist-brake-overheats")["fixes"][0]["id"]
    send = {"data": {"fix": str(fix), "result": "worked"}, "headers": once}
    address = "/issues/hoist-brake-overheats/outcomes"
    same(harbour.client.post(address, **send), harbour.client.post(address, **send))


@pytest.mark.parametrize("text", ["", "a b", "x" * 256])
def test_what_is_no_key_is_422(harbour, text):
    refused = harbour.post("/api/v1/reports", json=REPORT, headers={"Idempotency-Key": text})
    assert problem(refused, 422)["field"] == "Idempotency-Key"


def test_a_key_is_forgotten_after_a_day(fresh_harbour):
    once = key()
    first = fresh_harbour.post("/api/v1/reports", json=REPORT, headers=once)
    with sqlite3.connect(fresh_harbour.database) as database:
        database.execute("UPDATE idempotency SET created_at = created_at - 86400000")
    second = fresh_harbour.post("/api/v1/reports", json=REPORT, headers=once)
    assert second.json()["id"] != first.json()["id"]
    with sqlite3.connect(fresh_harbour.database) as database:
        assert database.execute("SELECT count(*) FROM idempotency").fetchone() == (1,)
