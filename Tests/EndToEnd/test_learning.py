"""What people report and record changes what the next one is told."""

import pytest
from harness import bearer, make_token

QUESTION = "ferry ramp wobbles beneath heavy lorries"


def resolve(server, text: str, token: str, slug: str = "hoist-brake-overheats") -> str:
    report = server.post("/api/v1/reports", {"text": text}, token=token).json()
    fix = server.issue(slug)["fixes"][0]["id"]
    outcome = {"fix": fix, "result": "worked", "observed": "it holds"}
    done = server.post(f"/api/v1/reports/{report['id']}/outcomes", outcome, token=token)
    assert done.status_code == 201, done.text
    return report["id"]


def verdict(server) -> str:
    return server.diagnose(QUESTION)["verdict"]


def test_unknown_then_possible_then_known_as_members_report(fresh_harbour):
    server = fresh_harbour
    assert verdict(server) == "unknown"
    resolve(server, QUESTION, server.token("report"))
    assert verdict(server) == "possible"
    resolve(server, "beneath heavy lorries the ferry ramp wobbles", server.token("report"))
    answer = server.diagnose(QUESTION)
    assert answer["verdict"] == "known"
    match = answer["matches"][0]
    assert match["issue"]["slug"] == "hoist-brake-overheats"
    assert match["evidence"][0]["reason"] == "learned"
    assert "wobbles" in match["evidence"][0]["detail"]
    assert "seen in reports" in server.get(answer["url"].removeprefix(server.url) + ".txt").text


def test_explain_names_what_was_learned(fresh_harbour):
    server = fresh_harbour
    token = server.token("report")
    before = server.json("/api/v1/search", params={"q": QUESTION})["results"]
    assert "hoist-brake-overheats" not in [r["issue"]["slug"] for r in before]
    resolve(server, QUESTION, token)
    found = server.json("/api/v1/search", params={"q": QUESTION, "explain": "1"})["results"]
    learned = [r for r in found if r["issue"]["slug"] == "hoist-brake-overheats"]
    assert "one member" in learned[0]["explain"]["learned"]


def test_members_see_the_words_and_an_editor_decides(fresh_harbour):
    server = fresh_harbour
    member, editor = server.token("report"), server.token("report,edit")
    resolve(server, QUESTION, member)
    page = "/issues/hoist-brake-overheats"
    assert "ferry · heavy" in server.get(page + ".html", headers=bearer(member)).text
    assert "wobbles" not in server.get(page + ".html").text
    assert server.issue("hoist-brake-overheats")["learned"] == []
    (wording,) = server.json("/api/v1" + page + "/learned", headers=bearer(member))["results"]
    assert wording["words"] == ["beneath", "ferry", "heavy", "lorries", "ramp", "wobbles"]
    decision = {"wording": wording["id"], "action": "accept"}
    assert server.post("/api/v1" + page + "/learned", decision, token=member).status_code == 403
    assert server.post("/api/v1" + page + "/learned", decision, token=editor).status_code == 200
    assert verdict(server) == "known"
    assert "wobbles" in server.get(page + ".html").text
    decision["action"] = "remove"
    assert server.post("/api/v1" + page + "/learned", decision, token=editor).json()["results"] == []
    assert verdict(server) == "unknown"
    assert server.post("/api/v1" + page + "/learned", decision, token=editor).status_code == 422


@pytest.mark.parametrize("kind", ["agent", "automation"])
def test_machines_teach_nothing(fresh_harbour, kind):
    server = fresh_harbour
    for name in range(3):
        token = make_token(server.database, "report", name=f"bot {name}", kind=kind)
        resolve(server, QUESTION, token)
    assert verdict(server) == "unknown"


def test_the_words_of_a_deleted_report_leave_the_files(fresh_harbour):
    server = fresh_harbour
    token = server.token("report")
    secret = "zyzzogeton quaxolotl brimbornian mooring winch"
    answer = server.diagnose(secret)
    report = server.post("/api/v1/reports", {"diagnosis": answer["id"]}, token=token).json()
    fix = server.issue("hoist-brake-overheats")["fixes"][0]["id"]
    server.post(
        f"/api/v1/reports/{report['id']}/outcomes", {"fix": fix, "result": "worked"}, token=token
    )
    assert server.diagnose(secret)["verdict"] == "possible"
    url = f"/api/v1/reports/{report['id']}"
    assert server.client.delete(url, headers=bearer(token)).status_code == 200
    # The second question is counted by itself, and is not the report's.
    assert server.get(answer["url"].removeprefix(server.url) + ".json").status_code == 410
    assert server.diagnose(secret)["verdict"] == "unknown"
