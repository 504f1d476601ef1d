"""Scripts of other sites: nothing unless named, never with credentials. And what 429 says."""

import re

import pytest

from harness import Server, bearer, copy_database, problem

CHAT = "https://chat.example"
PREFLIGHT = {
    "Origin": CHAT,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,if-match",
}


@pytest.fixture(scope="module")
def open_server(harbour_database, tmp_path_factory):
    database = copy_database(harbour_database, tmp_path_factory.mktemp("cors") / "harbour.db")
    with Server(database, "--cors-origin", CHAT) as server:
        yield server


def granted(response) -> list[str]:
    return [name for name in response.headers if name.startswith("access-control-")]


def test_nothing_is_granted_unless_configured(harbour):
    for method in ("GET", "OPTIONS"):
        response = harbour.client.request(method, "/api/v1/issues", headers=PREFLIGHT)
        assert not granted(response)
        assert "origin" not in response.headers.get("vary", "").lower()


@pytest.mark.parametrize(
    "path",
    ["/api/v1/issues", "/issues/hoist-brake-overheats.md", "/api/v1/issues/nothing", "/assets/fixbook.css"],
)
def test_a_named_site_may_read_also_errors_and_kept_pages(open_server, path):
    for _ in range(2):
        response = open_server.get(path, headers={"Origin": CHAT})
        assert response.headers["access-control-allow-origin"] == CHAT
        assert "ETag" in response.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in response.headers
        assert "origin" in response.headers["vary"].lower()
    for other in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        response = open_server.get(path, headers=other)
        assert not granted(response)
        assert "origin" in response.headers["vary"].lower()


def test_a_preflight_says_what_may_be_sent(open_server):
    response = open_server.client.options("/api/v1/issues/hoist-brake-overheats", headers=PREFLIGHT)
    assert response.status_code == 204
    assert "PUT" in response.headers["access-control-allow-methods"]
    assert "If-Match" in response.headers["access-control-allow-headers"]
    assert "Idempotency-Key" in response.headers["access-control-allow-headers"]
    assert int(response.headers["access-control-max-age"]) > 0


def test_a_script_writes_with_a_token_only(open_server):
    report = {"text": "the crane hums"}
    send = {"headers": {"Origin": CHAT}}
    refused = open_server.post("/api/v1/reports", json=report, token=None, **send)
    assert problem(refused, 401)["code"] == "unauthorized"
    assert open_server.post("/api/v1/reports", json=report, **send).status_code == 201


def test_any_site_is_a_star(harbour_database, tmp_path):
    with Server(copy_database(harbour_database, tmp_path / "h.db"), "--cors-origin", "*") as server:
        response = server.get("/api/v1/issues", headers={"Origin": "https://any.example"})
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


def test_429_says_how_often_and_when_again(fresh_harbour):
    wrong = bearer("no-such-token")
    for _ in range(200):
        response = fresh_harbour.get("/api/v1/issues", headers=wrong)
        if response.status_code == 429:
            break
    assert problem(response, 429)["code"] == "too_many_requests"
    wait = int(response.headers["retry-after"])
    assert 1 <= wait <= 60
    assert response.headers["ratelimit-policy"] == '"wrong-tokens";q=60;w=60'
    name, remaining, reset = re.fullmatch(
        r'"([a-z-]+)";r=(\d+);t=(\d+)', response.headers["ratelimit"]
    ).groups()
    assert (name, int(remaining), int(reset)) == ("wrong-tokens", 0, wait)
