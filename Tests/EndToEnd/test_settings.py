"""Where settings come from, and what they do to who may do what."""

import json
import re
import socket

import pytest

from harness import (
    BROWSER_ACCEPT, Server, bearer, copy_database, fixbook, make_token, shown, succeed,
)  # fmt: skip


def held(*arguments, **options) -> dict[str, tuple[str, str]]:
    """What `--print-config` says: name, value, origin."""
    printed = succeed("serve", "--print-config", *arguments, **options)
    found = re.findall(r"^(\S+) = (.*?)  # (.*)$", printed, re.M)
    return {name: (value, origin) for name, value, origin in found}


def environment_with(**more):
    from harness import environment

    return {"env": environment(**more)}


def test_a_flag_beats_the_environment_and_that_the_file(tmp_path):
    config = tmp_path / "fixbook.conf"
    config.write_text(
        "# comment\n\ndb = from-file.db\n  listen =  127.0.0.1:1  \npublic-url=https://file.example\n"
        "allowed-host = one.example\nallowed-host = two.example\n"
    )
    found = held(
        "--config", config, "--db", "from-flag.db",
        **environment_with(FIXBOOK_LISTEN="127.0.0.1:2", FIXBOOK_DB="from-environment.db"),
    )  # fmt: skip
    assert found["db"] == ("from-flag.db", "flag")
    assert found["listen"] == ("127.0.0.1:2", "FIXBOOK_LISTEN")
    assert found["public-url"] == ("https://file.example", f"{config}:5")
    assert found["allowed-host"][0] == "one.example,two.example"
    assert found["cache"] == ("12", "default")
    assert held(**environment_with(FIXBOOK_CONFIG=str(config)))["db"] == ("from-file.db", f"{config}:3")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("db = a.db\nnonsense = 1\n", 2, "nonsense"),
        ("db a.db\n", 1, "name = value"),
        ("\n\ndb = a.db\ndb = b.db\n", 4, "twice"),
        ("cache = much\n", 1, "cache"),
        ("cache = 0\ndb =\n", 2, "db needs a value"),
        ("anonymous-read = maybe\n", 1, "yes or no"),
        ("public-url = fixbook.example\n", 1, "http"),
        ("proxy-user-role = king\n", 1, "role"),
        ("proxy-user-header = X-User\n", 1, "trusted-proxy"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, line, word):
    config = tmp_path / "fixbook.conf"
    config.write_text(text)
    done = fixbook("serve", "--config", config, "--db", tmp_path / "x.db", "--listen", "127.0.0.1:0", timeout=20)
    assert done.returncode == 2, shown(done)
    said = done.stderr.decode()
    assert f"fixbook.conf:{line}" in said and word in said, said


@pytest.mark.parametrize("flag", ["db", "listen", "cache", "anonymous-read", "webhook-retries", "config"])
def test_an_empty_value_is_named(tmp_path, flag):
    for words in ([f"--{flag}", ""], [f"--{flag}="]):
        done = fixbook("serve", *words, timeout=20, cwd=tmp_path)
        assert done.returncode == 2, shown(done)
        assert f"--{flag} needs a value, not an empty one" in done.stderr.decode()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("verb", [["verify"], ["backup", "copy.db"], ["user", "list"], ["search", "crane"]])
def test_an_empty_database_is_named_by_other_verbs(tmp_path, verb):
    done = fixbook(*verb, "--db", "", timeout=20, cwd=tmp_path)
    assert done.returncode == 2 and b"--db needs a value" in done.stderr, shown(done)


def test_an_empty_value_is_none_where_there_may_be_none(tmp_path):
    config = tmp_path / "fixbook.conf"
    config.write_text("public-url = https://file.example\nallowed-host = one.example\n")
    found = held("--config", config, "--public-url", "", "--allowed-host=")
    assert found["public-url"] == found["allowed-host"] == ("(none)", "flag")


def test_a_file_that_is_not_there_is_no_silent_default(tmp_path):
    done = fixbook("serve", "--config", tmp_path / "none.conf", "--print-config")
    assert done.returncode == 3 and b"none.conf" in done.stderr


def test_other_verbs_find_the_database_by_the_file(shipped_database, tmp_path):
    config = tmp_path / "fixbook.conf"
    config.write_text(f"db = {shipped_database}\n")
    assert succeed("user", "list", **environment_with(FIXBOOK_CONFIG=str(config))).startswith("admin\t")


@pytest.mark.parametrize(
    ("flags", "reports"),
    [
        ([], "yes"),
        (["--listen", "0.0.0.0:80"], "no"),
        (["--listen", "[::]:80"], "no"),
        (["--listen", "[::1]:80"], "yes"),
        (["--listen", "unix:/tmp/x"], "yes"),
        (["--trusted-proxy", "127.0.0.1"], "no"),
        (["--listen", "0.0.0.0:80", "--anonymous-reports", "yes"], "yes"),
        (["--anonymous-reports", "no"], "no"),
    ],
)
def test_who_may_report_follows_from_who_can_reach_the_server(flags, reports):
    assert held(*flags)["anonymous-reports"][0] == reports


def test_policies_hold_and_are_shown(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "base.db")
    with Server(database, "--anonymous-read", "no") as server:
        assert "Reading needs an account" in server.output
        assert server.get("/issues/exec-format-error").status_code == 401
        assert server.get("/healthz").status_code == 200
        page = server.get("/search?q=exec", accept=BROWSER_ACCEPT)
        assert page.status_code == 401 and "/sign-in?next=" in page.text
        token = make_token(database, "read")
        assert server.get("/issues/exec-format-error", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    with Server(database, "--anonymous-reports", "no") as server:
        assert server.client.post("/reports", data={"text": "x"}).status_code == 401


def test_a_trusted_proxy_signs_people_in_and_makes_the_addresses(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "base.db")
    proxy = {"X-Remote-User": "ada@example.org"}
    flags = ["--proxy-user-header", "X-Remote-User", "--proxy-user-role", "editor", "--allowed-host", "kb.example"]
    with Server(database, "--trusted-proxy", "127.0.0.1", *flags) as server:
        assert "X-Remote-User" in server.output
        assert "ada@example.org" in server.get("/account", accept=BROWSER_ACCEPT, headers=proxy).text
        assert "ada@example.org\teditor\tactive" in succeed("user", "list", "--db", database)
        forwarded = {"Host": "kb.example", "X-Forwarded-Host": "kb.example", "X-Forwarded-Proto": "https"}
        for headers in (forwarded, {}):
            for _ in range(2):
                url = server.get("/api/v1/issues/exec-format-error", headers=headers).json()["url"]
                assert url == (
                    "https://kb.example/issues/exec-format-error" if headers else f"{server.url}/issues/exec-format-error"
                )
        for odd in ("evil.example/x", 'a"b', "a b", "a@b"):
            url = server.get("/api/v1/issues/exec-format-error", headers={"X-Forwarded-Host": odd}).json()["url"]
            assert url.startswith(server.url)
        link = succeed("user", "invite", "--db", database, "admin").strip().split("link=")[1]
        answer = server.client.post(
            "/sign-in", data={"link": link}, headers={**forwarded, "Origin": "https://kb.example"}
        )
        assert answer.status_code == 303 and "; Secure" in answer.headers["set-cookie"]
    with Server(database, "--trusted-proxy", "127.0.0.9", *flags) as server:
        assert server.get("/reports", headers=proxy).status_code == 403
        url = server.get("/api/v1/issues/exec-format-error", headers=forwarded | {"Host": server.authority}).json()["url"]
        assert url.startswith(server.url)


def test_the_link_of_a_first_start_is_not_lost_when_the_port_is_taken(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = fixbook("serve", "--db", tmp_path / "x.db", "--listen", f"127.0.0.1:{port}", timeout=20)
        assert done.returncode == 3 and b"/sign-in" not in done.stdout, shown(done)
    with Server(tmp_path / "x.db") as server:
        assert "/sign-in?link=" in server.output


@pytest.mark.parametrize("listen", ["0.0.0.0:0"])
def test_what_is_printed_for_all_addresses_is_answered(tmp_path, listen):
    with Server(tmp_path / "x.db", listen=listen) as server:
        assert server.json("/api/v1/issues/exec-format-error")["url"].startswith(server.url)


def test_people_tokens_and_guides_by_command(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "base.db")

    def run(*words) -> dict | list:
        return json.loads(succeed(*words, "--db", database, "--json"))

    made = run("user", "create", "grace", "--role", "reporter")
    assert made["role"] == "reporter" and "/sign-in?link=" in made["invitation"]["url"]
    assert run("user", "role", "grace", "editor")["role"] == "editor"
    token = run("token", "create", "--name", "t", "--scope", "read,edit", "--user", "grace", "--days", "3")
    assert token["token"].startswith("fxb_") and token["account"] == "grace" and token["state"] == "active"
    assert run("user", "disable", "grace")["disabled"] is True
    assert run("token", "list", "--revoked")[0]["state"] == "revoked"
    assert [found["name"] for found in run("user", "list")] == ["admin", "grace"]
    assert run("guide", "audience", "agentcore-field-notes", "named", "--person", "admin")["people"] == ["admin"]
    assert run("guide", "list")[1]["audience"] == "named"
    for words, code in [
        (["user", "disable", "admin"], 3), (["user", "role", "admin", "reader"], 3), (["user", "disable", "nobody"], 3),
        (["user", "role", "grace", "king"], 2), (["user", "nonsense"], 2), (["token", "revoke", "999"], 3),
        (["token", "revoke", "x"], 2), (["guide", "audience", "nothing", "members"], 3),
        (["guide", "audience", "agentcore-field-notes", "few"], 2),
        (["guide", "audience", "agentcore-field-notes", "named", "--person", "nobody"], 3),
        (["import", "--audience", "few", str(database)], 2),
    ]:  # fmt: skip
        done = fixbook(*words, "--db", database)
        assert done.returncode == code, f"{words}: {shown(done)}"
        assert done.stderr


def test_the_verbs_around_the_file_say_in_json_what_they_did(shipped_database, tmp_path):
    database, copy = copy_database(shipped_database, tmp_path / "base.db"), tmp_path / "copy.db"

    def run(*words) -> dict | list:
        return json.loads(succeed(*words, "--json"))

    assert run("backup", "--db", database, copy) == {"file": str(copy), "bytes": copy.stat().st_size}
    assert run("verify", "--db", copy) == {"file": str(copy), "ok": True, "problems": []}
    assert run("restore", "--db", database, copy)["former"] == f"{database}.before-restore"
    exported = run("export", "--db", database, "--guide", "agentcore-troubleshooting")
    assert exported[0]["files"][0]["text"].startswith("# AgentCore Troubleshooting\n")
    written = run("export", "--db", database, "--output", tmp_path / "out")
    assert sorted(file["bytes"] > 0 for file in written) == [True, True]
    assert run("bench", "--generate", "5", "--db", tmp_path / "bench.db") == {"issues": 5}


@pytest.mark.parametrize("verb", "serve import diagnose search check token user guide verify".split())
def test_help_names_the_exit_codes(verb):
    text = succeed(verb, "--help")
    assert re.search(r"^exit codes:\n  0  ", text, re.M) and "  2  wrong usage" in text and "  3  cannot" in text
    assert ("\n  1  " in text) == (verb in ("diagnose", "search", "check"))


# What is limited, and a request that is.
LIMITED = [
    ("limit-reads", "GET", "/issues", None),
    ("limit-reads", "GET", "/api/v1/guides", None),
    ("limit-searches", "GET", "/search?q=x", None),
    ("limit-diagnoses", "POST", "/diagnose", b"exec format error"),
]


@pytest.mark.parametrize(("name", "method", "path", "body"), LIMITED)
def test_who_has_no_account_is_limited_where_that_is_set(
    shipped_database, tmp_path, name, method, path, body
):
    database = copy_database(shipped_database, tmp_path / "fixbook.db")
    token = make_token(database, "read")
    with Server(database, f"--{name}", "1000000") as server:
        # Windows begin by the clock of the machine, so the count starts anew at worst once.
        assert server.client.request(method, path, content=body).status_code == 200
    with Server(database, f"--{name}", "2") as server:
        answers = [server.client.request(method, path, content=body) for _ in range(5)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert answers[0].status_code == 200 and refused
        assert int(refused[0].headers["Retry-After"]) <= 60
        use = name.removeprefix("limit-")
        assert refused[0].headers["RateLimit-Policy"] == f'"anonymous-{use}";q=2;w=60'
        assert refused[0].headers["RateLimit"].startswith(f'"anonymous-{use}";r=0;t=')
        if "api" in path:
            assert refused[0].json()["code"] == "too_many_requests"
        # Neither members nor what programs and the browser need are counted, nor anything else.
        for _ in range(4):
            own = server.client.request(method, path, content=body, headers=bearer(token))
            assert own.status_code == 200
            for other in ("/healthz", "/robots.txt", "/assets/fixbook.css", "/sign-in"):
                assert server.get(other).status_code == 200
        assert server.client.request(method, path, content=body).status_code == 429


def test_each_text_of_a_batch_counts(shipped_database, tmp_path):
    database = copy_database(shipped_database, tmp_path / "fixbook.db")
    with Server(database, "--limit-diagnoses", "3") as server:
        answer = server.client.post("/api/v1/diagnose/batch", json={"texts": ["a b", "c d"] * 4})
        assert answer.status_code == 429


def test_limits_and_retention_are_checked_and_shown(shipped_database, tmp_path):
    for name in ("limit-reads", "limit-searches", "limit-diagnoses", "keep-audit"):
        refused = fixbook("serve", "--db", tmp_path / "x.db", "--listen", "127.0.0.1:0", f"--{name}", "-1")
        assert (refused.returncode, name in refused.stderr.decode()) == (2, True)
    database = copy_database(shipped_database, tmp_path / "fixbook.db")
    with Server(database, env={"FIXBOOK_KEEP_AUDIT": "400"}) as server:
        page = server.get("/admin", headers={**bearer(), "Accept": BROWSER_ACCEPT}).text
        assert "400 days" in page and "FIXBOOK_KEEP_AUDIT" in page


def test_version_says_what_a_file_was_made_for(shipped_database, tmp_path):
    assert succeed("version").startswith("fixbook 0.")
    text = succeed("version", "--db", shipped_database)
    assert f"{shipped_database}: schema " in text
    told = json.loads(succeed("version", "--db", shipped_database, "--json"))
    assert told["database"]["schema"] == told["database"]["newest_schema"] > 0
    assert told["version"] in text
    for path in (tmp_path / "none.db", __file__):
        refused = fixbook("version", "--db", path)
        assert refused.returncode == 3 and str(path) in refused.stderr.decode()
    assert not (tmp_path / "none.db").exists()


def test_a_link_for_an_account_leads_to_where_the_base_is_served(tmp_path):
    database = tmp_path / "base.db"
    (tmp_path / "g.md").write_text("# G\n\n## S\n\n### T\n- a\n- **Fix**: b\n")
    succeed("import", "--db", database, tmp_path / "g.md")
    first = fixbook("user", "invite", "--db", database, "admin")
    assert b"example" in first.stderr and first.stdout.startswith(b"http://127.0.0.1:8080/sign-in?link=")
    with Server(database) as server:
        link = fixbook("user", "invite", "--db", database, "admin")
        assert link.stdout.startswith(server.url.encode() + b"/sign-in?link=") and not link.stderr
    other = succeed("user", "invite", "--db", database, "--public-url", "https://fix.example.com/", "admin")
    assert other.startswith("https://fix.example.com/sign-in?link=")


def test_answers_of_the_command_line_link_to_where_the_base_is_served(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "base.db")
    call = {"name": "diagnose", "arguments": {"text": "Crane refuses to swing"}}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})

    def beginnings(**more: str) -> list[set[str]]:
        """What the links in an answer of each verb begin with."""
        options = environment_with(**more)
        answers = [
            succeed("diagnose", "--db", database, input="Crane refuses to swing", **options),
            succeed("search", "--db", database, "crane", **options),
            succeed("mcp", "--db", database, input=message, **options),
        ]
        return [set(re.findall(r"(https?://[^/\s]+)/", answer)) for answer in answers]

    assert beginnings() == 3 * [{"http://127.0.0.1:8080"}]
    with Server(database) as server:
        assert beginnings() == 3 * [{server.url}]
    assert beginnings() == 3 * [{server.url}]
    said = "https://fix.example.com"
    assert beginnings(FIXBOOK_PUBLIC_URL=said) == 3 * [{said}]
