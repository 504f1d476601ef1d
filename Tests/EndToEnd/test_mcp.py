"""Agents: the official MCP client over HTTP and stdio, in both families, and what it may see and write."""

import asyncio
import contextlib
import http.server
import json
import re
import sqlite3
import subprocess
import sys
import threading

import pytest
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from guides import HARBOUR
from harness import ADMIN_TOKEN, BINARY, Server, bearer, environment, fixbook, problem, succeed
from test_documents import blocks

CRANE = "crane-refuses-to-swing"
PASTED = "slewd[312]: E-4410 slew interlock open, motion inhibited"
TOOLS = [
    "diagnose", "search_issues", "get_issue", "check_value", "open_report", "record_outcome",
]  # fmt: skip
WAYS = [
    ("http", "legacy"), ("http", "auto"), ("http", "2026-07-28"),
    ("stdio", "legacy"), ("stdio", "auto"),
]  # fmt: skip
HANDSHAKE = ["2025-03-26", "2025-06-18", "2025-11-25"]


@contextlib.asynccontextmanager
async def connected(server: Server, way: str, mode: str, token: str | None = None):
    """The official client. Without its cache, so that every answer is the server's."""
    if way == "stdio":
        variables = environment(**({"FIXBOOK_TOKEN": token} if token else {}))
        process = StdioServerParameters(
            command=str(BINARY),
            args=["mcp", "--db", str(server.database), "--public-url", server.url],
            env=variables,
        )
        async with Client(process, mode=mode, cache=None) as client:
            yield client
    else:
        async with create_mcp_http_client(bearer(token) if token else None) as http:
            transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
            async with Client(transport, mode=mode, cache=None) as client:
                yield client


def run(work):
    return asyncio.run(asyncio.wait_for(work, 60))


def message(method: str, params: dict | None = None) -> dict:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}


def mcp(server: Server, body, version: str | None = "2025-11-25", token=None, **headers):
    fields = {"Accept": "application/json, text/event-stream", **headers}
    if version:
        fields["MCP-Protocol-Version"] = version
    if token:
        fields |= bearer(token)
    return server.client.post("/mcp", json=body, headers=fields)


def call(server: Server, tool: str, arguments: dict, **options) -> dict:
    response = mcp(server, message("tools/call", {"name": tool, "arguments": arguments}), **options)
    assert response.status_code == 200, response.text
    return response.json()["result"]


@pytest.mark.parametrize(("way", "mode"), WAYS)
def test_the_official_client_uses_everything(harbour, way, mode):
    token = harbour.token("read,report", kind="person")

    async def work():
        async with connected(harbour, way, mode, token) as client:
            expected = "2025-11-25" if mode == "legacy" else "2026-07-28"
            assert client.protocol_version == expected
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert list(tools) == TOOLS
            for tool in tools.values():
                Draft202012Validator.check_schema(tool.input_schema)
                Draft202012Validator.check_schema(tool.output_schema)

            async def use(name: str, /, **arguments) -> dict:
                Draft202012Validator(tools[name].input_schema).validate(arguments)
                result = await client.call_tool(name, arguments)
                assert not result.is_error, result.content[0].text
                Draft202012Validator(tools[name].output_schema).validate(result.structured_content)
                assert result.content[0].text
                return result.structured_content

            found = await use("diagnose", text=PASTED, environment={"crane": "3"}, limit=3)
            assert found["verdict"] == "known"
            assert found["matches"][0]["issue"]["slug"] == CRANE
            assert (await use("diagnose", text="the coffee is cold"))["verdict"] == "unknown"
            assert (await use("search_issues", query="brake"))["results"]
            assert not (await use("search_issues", query="xylophone"))["results"]
            issue = await use("get_issue", slug=CRANE)
            assert issue["owner"] == "harbour engineering"
            assert not (await use("check_value", name="berth-code", value="short"))["pass"]
            assert (await use("check_value", name="berth-code", value="QUAY-7-2031"))["pass"]
            report = await use("open_report", diagnosis=found["id"], on_behalf_of="night shift")
            assert report["source"] == "agent"
            recorded = await use(
                "record_outcome",
                fix=issue["fixes"][0]["id"], result="no_effect", report=report["id"],
            )  # fmt: skip
            assert recorded["next_fix"]["id"] == issue["fixes"][1]["id"]

            resources = (await client.list_resources()).resources
            assert f"fixbook://issues/{CRANE}" in [str(entry.uri) for entry in resources]
            for entry in resources[:2]:
                [content] = (await client.read_resource(entry.uri)).contents
                assert content.mime_type == "text/markdown"
            templates = (await client.list_resource_templates()).resource_templates
            assert [t.uri_template for t in templates] == [
                "fixbook://issues/{slug}", "fixbook://guides/{slug}",
            ]  # fmt: skip
            [prompt] = (await client.list_prompts()).prompts
            answer = await client.get_prompt(prompt.name, {"text": PASTED})
            assert PASTED in answer.messages[0].content.text

    run(work())


@pytest.mark.parametrize(("way", "mode"), WAYS)
def test_without_a_token_the_client_reads_and_is_told_why_it_cannot_write(harbour, way, mode):
    async def work():
        async with connected(harbour, way, mode) as client:
            read = await client.call_tool("get_issue", {"slug": CRANE})
            assert not read.is_error
            for tool, arguments in [
                ("open_report", {"text": PASTED}),
                ("record_outcome", {"fix": 1, "result": "worked"}),
            ]:
                refused = await client.call_tool(tool, arguments)
                assert refused.is_error
                assert "token with the scope report" in refused.content[0].text

    run(work())


@pytest.mark.parametrize("version", HANDSHAKE)
def test_a_gateway_of_each_handshake_version(harbour, version):
    """What a gateway sends, with the session id that it makes up for servers without one."""
    hello = message(
        "initialize",
        {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "gateway", "version": "1"}},
    )  # fmt: skip
    response = mcp(harbour, hello, version=None)
    assert response.status_code == 200
    assert "mcp-session-id" not in response.headers
    assert response.json()["result"]["protocolVersion"] == version
    session = {"Mcp-Session-Id": "made-up-by-the-gateway"}
    done = mcp(
        harbour, {"jsonrpc": "2.0", "method": "notifications/initialized"}, version=version, **session
    )
    assert (done.status_code, done.content) == (202, b"")
    listed = mcp(harbour, message("tools/list"), version=version, **session).json()["result"]
    assert [tool["name"] for tool in listed["tools"]] == TOOLS
    answer = mcp(
        harbour, message("tools/call", {"name": "diagnose", "arguments": {"text": PASTED}}),
        version=version, **session,
    )  # fmt: skip
    assert "Crane refuses to swing" in answer.json()["result"]["content"][0]["text"]


def test_the_answer_is_the_apis(harbour):
    theirs = harbour.diagnose(PASTED)
    ours = call(harbour, "diagnose", {"text": PASTED})["structuredContent"]
    changing = {"id", "url", "created_at", "met_last_hour"}
    for name in theirs.keys() - changing:
        assert ours[name] == theirs[name], name
    issue = call(harbour, "get_issue", {"slug": CRANE})["structuredContent"]
    assert harbour.issue(CRANE).items() <= issue.items()


def test_no_secret_is_kept_of_what_an_agent_sends(harbour):
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    found = call(harbour, "diagnose", {"text": f"{PASTED} key {secret}", "keep": True})
    assert found["structuredContent"]["redacted"] == 1
    assert secret not in json.dumps(found)
    fix = found["structuredContent"]["matches"][0]["fixes"][0]["id"]
    call(harbour, "open_report", {"text": f"lost {secret}"}, token=harbour.token("report"))
    call(
        harbour, "record_outcome",
        {"fix": fix, "result": "worked", "observed": f"env | grep {secret}", "note": secret},
        token=harbour.token("report"),
    )  # fmt: skip
    for file in harbour.database.parent.glob(harbour.database.name + "*"):
        assert secret.encode() not in file.read_bytes()


def test_a_token_without_the_scope_writes_nothing(harbour):
    refused = call(harbour, "open_report", {"text": "x"}, token=harbour.token("read"))
    assert refused["isError"]
    assert "scope report" in refused["content"][0]["text"]


def test_a_wrong_token_is_401(harbour):
    response = mcp(harbour, message("ping"), token="not-a-token")
    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    done = fixbook(
        "mcp", "--db", harbour.database, env=environment(FIXBOOK_TOKEN="not-a-token")
    )
    assert done.returncode == 3
    assert done.stdout == b""


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
def test_other_methods_are_405(harbour, method):
    response = harbour.client.request(method, "/mcp", headers={"Accept": "text/event-stream"})
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]


@pytest.mark.parametrize(
    ("field", "status"),
    [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 421), ({"Origin": "null"}, 403)],
)
def test_other_sites_are_refused(harbour, field, status):
    assert mcp(harbour, message("ping"), **field).status_code == status
    assert mcp(harbour, message("ping"), Origin=harbour.url).status_code == 200


def test_a_report_is_recorded_for_by_its_reporter_only(harbour):
    mine, other = harbour.token("report"), harbour.token("report")
    report = call(harbour, "open_report", {"text": PASTED}, token=mine)["structuredContent"]["id"]
    fix = harbour.issue(CRANE)["fixes"][0]["id"]
    arguments = {"fix": fix, "result": "no_effect", "report": report}
    assert call(harbour, "record_outcome", arguments, token=other)["isError"]
    assert not call(harbour, "record_outcome", arguments, token=mine)["isError"]


def test_what_someone_may_not_see_is_nowhere(tmp_path, harbour_database):
    """A guide for named people is hidden from every tool, resource, list and prompt."""
    guide = tmp_path / "secret.md"
    guide.write_text(
        "# Vault Runbook\n\n## Doors\n\n### Vault door jams\n- `V-9001 vault door jammed`\n"
        "- **Check**: vault-code: length 8..12\n- **Fix**: Oil the hinge.\n"
    )
    database = tmp_path / "mixed.db"
    harbour_guide = tmp_path / "harbour.md"
    harbour_guide.write_text(HARBOUR, encoding="utf-8")
    succeed("import", "--db", database, harbour_guide, guide)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE guide SET audience = 'named' WHERE slug = 'vault-runbook'")
    connection.close()
    with Server(database) as server:
        answers = [
            call(server, "diagnose", {"text": "V-9001 vault door jammed"}),
            call(server, "diagnose", {"text": "V-9001", "guide": "vault-runbook"}),
            call(server, "search_issues", {"query": "oil the door"}),
            call(server, "get_issue", {"slug": "vault-door-jams"}),
            call(server, "check_value", {"name": "vault-code", "value": "x"}),
            call(server, "open_report", {"issue": "vault-door-jams"}, token=server.token("report")),
            mcp(server, message("resources/list")).json(),
            mcp(server, message("resources/read", {"uri": "fixbook://issues/vault-door-jams"})).json(),
            mcp(server, message("resources/read", {"uri": "fixbook://guides/vault-runbook"})).json(),
            server.get("/llms.txt").text,
            server.get("/llms-full.txt").text,
        ]
        shown = json.dumps(answers)
        for hidden in ("Vault door", "hinge", "Vault Runbook"):
            assert hidden not in shown
        assert "vault-code: length" not in shown
        # A member of no list sees as little; the admin sees all.
        member = server.token("read")
        assert call(server, "get_issue", {"slug": "vault-door-jams"}, token=member)["isError"]
        assert not call(server, "get_issue", {"slug": "vault-door-jams"}, token=ADMIN_TOKEN)["isError"]
        lines = json.dumps(message("tools/call", {"name": "get_issue", "arguments": {"slug": "vault-door-jams"}}))
        assert "Vault" not in succeed("mcp", "--db", database, input=lines + "\n")


def test_stdio_answers_line_by_line_and_ends_with_its_input(harbour):
    lines = [
        json.dumps(message("ping")), "", "{", json.dumps({"jsonrpc": "2.0", "method": "notifications/x"}),
        json.dumps(message("tools/list")),
    ]  # fmt: skip
    done = fixbook("mcp", "--db", harbour.database, input="\n".join(lines))
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a.get("error", {}).get("code") for a in answers] == [None, -32700, None]


def test_a_large_text_is_diagnosed_over_stdio(harbour):
    text = "all is well\n" * 200_000 + PASTED
    line = json.dumps(message("tools/call", {"name": "diagnose", "arguments": {"text": text}}))
    answer = json.loads(succeed("mcp", "--db", harbour.database, input=line + "\n"))
    assert answer["result"]["structuredContent"]["verdict"] == "known"
    assert mcp(harbour, json.loads(line)).status_code == 413


def test_resources_come_in_pages(tmp_path):
    database = tmp_path / "many.db"
    succeed("bench", "--generate", "250", "--db", database)
    with Server(database) as server:
        seen, cursor = [], None
        for _ in range(10):
            params = {"cursor": cursor} if cursor else {}
            page = mcp(server, message("resources/list", params)).json()["result"]
            seen += [entry["uri"] for entry in page["resources"]]
            cursor = page.get("nextCursor")
            if not cursor:
                break
        issues = [uri for uri in seen if uri.startswith("fixbook://issues/")]
        assert len(issues) == len(set(issues)) == 250


def test_llms_files_stay_small_and_are_named_by_pages(tmp_path):
    database = tmp_path / "many.db"
    succeed("bench", "--generate", "5000", "--db", database)
    with Server(database) as server:
        text = server.get("/llms.txt").text
        assert len(text.encode()) < 64 * 1024
        assert [line for line in text.splitlines() if line.startswith("# ")] == ["# Fixbook"]
        assert text.splitlines()[2].startswith("> ")
        assert {line for line in text.splitlines() if line.startswith("## ")} == {
            "## Ask", "## Guides", "## Issues", "## Optional",
        }  # fmt: skip
        assert "this list is cut here" in text
        for line in text.splitlines()[6:]:
            assert not line or line.startswith(("## ", "- [")), line
        full = server.get("/llms-full.txt").text
        assert len(full.encode()) <= 2 * 1024 * 1024
        assert ("## Cut here" in full) == (len(full.encode()) > 2 * 1024 * 1024 - 10_000)
        links = server.get("/issues.html").headers["link"]
        assert '</llms.txt>; rel="describedby"' in links


def test_every_link_of_llms_txt_leads_somewhere(server):
    text = server.get("/llms.txt").text
    for url in re.findall(r"\]\((http[^)]*)\)", text):
        status = server.client.get(url).status_code
        assert status == (405 if url.endswith("/mcp") else 200), url
    assert "exec format error" in server.get("/llms-full.txt").text


# The examples of docs/agents.md, against stand-ins of the other side.


def documented(language: str) -> list[str]:
    return blocks("docs/agents.md", language)


def test_the_documented_configurations_connect(server, tmp_path):
    token = server.token("read,report", kind="agent")
    (tmp_path / "fixbook.db").symlink_to(server.database)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"fixbook.db{suffix}").symlink_to(f"{server.database}{suffix}")
    configurations = [
        json.loads(block.replace("${FIXBOOK_TOKEN}", token).replace("localhost:8080", server.authority))
        for block in documented("json")
    ]
    assert len(configurations) == 2

    async def use(client):
        answer = await client.call_tool("diagnose", {"text": "exec format error"})
        assert answer.structured_content["verdict"] == "known"
        assert answer.structured_content["citations"][0]["url"].startswith(server.url)
        assert not (await client.call_tool("open_report", {"text": "exec format error"})).is_error

    async def work():
        for configuration in configurations:
            [entry] = configuration["mcpServers"].values()
            if "url" in entry:
                async with create_mcp_http_client(entry["headers"]) as http:
                    async with Client(streamable_http_client(entry["url"], http_client=http)) as client:
                        await use(client)
            else:
                assert entry["command"] == "fixbook"
                process = StdioServerParameters(
                    command=str(BINARY), args=entry["args"], env=environment(**entry["env"]), cwd=tmp_path
                )
                async with Client(process) as client:
                    await use(client)

    run(work())


@pytest.fixture
def chat_stand_in():
    """A chat API of the OpenAI kind that asks for one function call and repeats what it got."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/chat/completions"
            last = body["messages"][-1]
            if last["role"] == "tool":
                found = json.loads(last["content"])
                issue = found["matches"][0]["issue"]
                reply = {"role": "assistant", "content": f"{issue['title']} {issue['url']} revision {issue['revision']}"}
            else:
                [tool] = body["tools"]
                Draft202012Validator.check_schema(tool["function"]["parameters"])
                arguments = json.dumps({"text": "exec /app/run.sh: exec format error"})
                reply = {
                    "role": "assistant", "content": None,
                    "tool_calls": [{"id": "call_1", "type": "function",
                                    "function": {"name": "diagnose", "arguments": arguments}}],
                }  # fmt: skip
            data = json.dumps({"choices": [{"message": reply}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_the_documented_programs_run(server, chat_stand_in):
    programs = documented("python")
    assert len(programs) == 2
    for program in programs:
        done = subprocess.run(
            [sys.executable, "-c", program.replace("localhost:8080", server.authority)],
            env=environment(OPENAI_BASE_URL=chat_stand_in), capture_output=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        printed = done.stdout.decode()
        assert f"{server.url}/issues/exec-format-error revision 1" in printed, printed
