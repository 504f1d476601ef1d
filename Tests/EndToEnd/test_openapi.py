"""/openapi.json says what the server does: it is valid, and every example in it runs and is answered
as it says. The calls of all operations are made in the order of the document, on one base."""

import copy
import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness import ADMIN_TOKEN, BROWSER_ACCEPT, ROOT, Server, bearer, copy_database, environment, make_token, shown

# In place of curl: the same call, and what came back is kept for the test.
RECORDING_CURL = """#!/bin/bash
"$REAL_CURL" -D "$RECORD/head" -o "$RECORD/body" "$@" && cat "$RECORD/body"
"""


@pytest.fixture(scope="module")
def document(server) -> dict:
    return server.json("/openapi.json")


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def in_reading_order(document):
    """By chapter, as /help/api shows them."""
    chapters = [tag["name"] for tag in document["tags"]]
    return sorted(operations(document), key=lambda found: chapters.index(found[2]["tags"][0]))


def test_the_document_is_valid(document):
    OpenAPIV31SpecValidator(document).validate()


def test_every_operation_says_what_a_client_needs(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        name = operation["operationId"]
        assert operation["summary"] and not operation["summary"].endswith("."), name
        assert operation["x-codeSamples"], name
        assert any(status.startswith("2") for status in operation["responses"]), name
        assert "500" in operation["responses"] and "503" in operation["responses"], name
        for parameter in operation.get("parameters", []):
            assert "$ref" in parameter or parameter["description"], f"{name}: {parameter}"


@dataclass
class Call:
    operation: dict
    source: str
    status: int
    headers: dict
    body: bytes


@pytest.fixture(scope="module")
def calls(shipped_database, tmp_path_factory) -> list[Call]:
    """Every example, run by bash and curl, and what was answered."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "bin").mkdir()
    shim = folder / "bin/curl"
    shim.write_text(RECORDING_CURL)
    shim.chmod(0o755)
    variables = environment(
        REAL_CURL=shutil.which("curl"), RECORD=str(folder), TOKEN=ADMIN_TOKEN
    )
    variables["PATH"] = f"{shim.parent}:{variables['PATH']}"
    made = []
    with Server(copy_database(shipped_database, folder / "fixbook.db")) as server:
        leave_a_gap(server)
        for _, _, operation in in_reading_order(server.json("/openapi.json")):
            for sample in operation["x-codeSamples"]:
                made.append(run(operation, sample["source"], folder, variables))
    return made


def leave_a_gap(server):
    """Questions are counted in the background."""
    server.diagnose("ZorpEngineError: the flux coupling is not aligned")
    deadline = time.monotonic() + 30
    while not server.json("/api/v1/gaps", headers=bearer())["results"]:
        assert time.monotonic() < deadline, "an unanswered question never became a gap"
        time.sleep(0.1)


def run(operation: dict, source: str, folder: Path, variables: dict[str, str]) -> Call:
    script = f"set -aeuo pipefail\n{source}\nenv -0 > '{folder}/env'"
    done = subprocess.run(
        ["bash", "-c", script], env=variables, cwd=folder, capture_output=True, timeout=60
    )
    assert done.returncode == 0, f"{source}\n{shown(done)}"
    for pair in (folder / "env").read_text().split("\0"):
        name, _, value = pair.partition("=")
        if name.isupper() and name not in ("SHLVL", "PWD", "OLDPWD"):
            variables[name] = value
    status, *fields = (folder / "head").read_text().splitlines()
    headers = dict(line.lower().split(": ", 1) for line in fields if ": " in line)
    return Call(operation, source, int(status.split()[1]), headers, (folder / "body").read_bytes())


def strict(document: dict) -> dict:
    """The components, where an answer may have no member that is not described."""
    components = copy.deepcopy(document["components"])

    def close(schema):
        if isinstance(schema, dict):
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
            for value in schema.values():
                close(value)
        elif isinstance(schema, list):
            for value in schema:
                close(value)

    close(components["schemas"])
    return components


def test_every_example_is_answered_as_described(document, calls):
    components = strict(document)
    wrong = []
    for call in calls:
        name = call.operation["operationId"]
        described = call.operation["responses"].get(str(call.status))
        if call.status >= 300 or not described:
            wrong.append(f"{name}: {call.status} {call.body[:300]}\n  {call.source}")
            continue
        schema = described["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**schema, "components": components})
        for error in validator.iter_errors(json.loads(call.body)):
            wrong.append(f"{name}: {error.json_path}: {error.message[:300]}")
        for header in described.get("headers", {}):
            if header.lower() not in call.headers and header != "Link":
                wrong.append(f"{name}: no {header}")
    assert not wrong, "\n".join(wrong)


def test_every_operation_has_an_example_that_ran(document, calls):
    assert {operation["operationId"] for _, _, operation in operations(document)} == {
        call.operation["operationId"] for call in calls
    }


def test_tokens_and_scopes_are_asked_for_as_described(server, document):
    tokens = {scope: make_token(server.database, scope) for scope in ("read", "report", "edit")}
    lesser = {"report": "read", "edit": "report", "admin": "edit"}
    for path, method, operation in operations(document):
        [required] = [found for found in operation["security"] if found][:1]
        address = "/api/v1" + path.replace("{", "").replace("}", "")
        if {} in operation["security"]:
            continue
        response = server.client.request(method, address)
        assert (response.status_code, response.json()["code"]) == (401, "unauthorized"), address
        for scope in required["token"]:
            token = tokens[lesser[scope]]
            response = server.client.request(method, address, headers=bearer(token))
            assert (response.status_code, response.json()["code"]) == (403, "missing_scope"), address


def test_the_help_shows_every_call_with_its_curl_line(server, document):
    """A chapter each, none of them heavy; the same samples that were run above."""
    contents = server.get("/help/api", accept="text/markdown").text
    chapters = {}
    for tag in document["tags"]:
        address = "/help/api/" + tag["name"].lower().replace(" ", "-")
        if address in contents:
            chapters[tag["name"]] = server.get(address + ".md").text
            page = server.get(address, accept=BROWSER_ACCEPT)
            assert page.status_code == 200 and len(page.content) <= 30 * 1024, address
    for path, method, operation in operations(document):
        [tag] = operation["tags"]
        assert f"`{method.upper()} /api/v1{path}`" in contents, path
        assert operation["summary"] in chapters[tag]
        for sample in operation["x-codeSamples"]:
            assert f"```sh\n{sample['source']}\n```" in chapters[tag], path


def test_the_problem_codes_are_the_documented_ones(server, document):
    """The page, docs/api.md and /openapi.json name the same."""
    listed = {(found["code"], found["status"]) for found in server.json("/help/problems.json")["results"]}
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    table = {(code, int(status)) for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.M)}
    assert listed == table
    described = set()
    for name, response in document["components"]["responses"].items():
        [_, narrowed] = response["content"]["application/problem+json"]["schema"]["allOf"]
        status = int(name.removeprefix("Error").split(".")[0])
        described |= {(code, status) for code in narrowed["properties"]["code"]["enum"]}
    assert described <= listed
