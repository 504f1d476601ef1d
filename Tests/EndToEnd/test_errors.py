"""Errors are answers too: the right status, a stable code, in the form that was asked for."""

import json
import socket

import httpx
import pytest

from harness import bearer, curl, problem, visible_text

FORMS = {
    "html": "text/html",
    "json": "application/problem+json",
    "md": "text/markdown",
    "txt": "text/plain",
}


def in_every_form(server, request) -> None:
    """Asks in all four forms; the status and the code are the same in each."""
    accepts = {"html": "text/html", "json": "application/json", "md": "text/markdown", "txt": "*/*"}
    codes = set()
    responses = {form: request(accept) for form, accept in accepts.items()}
    document = responses["json"].json()
    assert document["status"] == responses["json"].status_code
    for form, response in responses.items():
        assert response.status_code == document["status"], form
        assert response.headers["content-type"].startswith(FORMS[form]), form
        assert "accept" in response.headers.get("vary", "").lower(), form
        words = visible_text(response.text) if form == "html" else response.text
        assert document["code"] in words, form
        codes.add(document["code"])
    assert len(codes) == 1


@pytest.mark.parametrize("path", ["/issues/no-such-issue", "/guides/nowhere", "/no/such/page"])
def test_what_is_not_there_is_404_in_every_form(server, path):
    in_every_form(server, lambda accept: server.get(path, accept=accept))
    problem(server.get(path, accept="application/json"), 404)


@pytest.mark.parametrize("form", FORMS)
def test_a_suffix_chooses_the_form_of_an_error(server, form):
    response = server.get(f"/issues/no-such-issue.{form}")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith(FORMS[form])


@pytest.mark.parametrize("path", ["/issues/no-such-issue", "/diagnoses/unknown", "/nothing"])
def test_the_api_answers_problem_documents(server, path):
    problem(server.get(f"/api/v1{path}", accept="text/html"), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/search"),
        ("DELETE", "/"),
        ("POST", "/api/v1/issues/exec-format-error"),
        ("PATCH", "/api/v1/search"),
        ("QUERY", "/issues"),
        ("FROBNICATE", "/help"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405_and_says_which_it_has(server, method, path):
    response = server.client.request(method, path, headers={"Accept": "application/json"})
    problem(response, 405)
    allowed = {name.strip() for name in response.headers["allow"].split(",")}
    assert {"GET", "HEAD"} <= allowed
    assert method not in allowed


def test_405_comes_in_every_form(server):
    in_every_form(server, lambda accept: server.client.put("/search", headers={"Accept": accept}))


def test_options_says_what_a_path_allows(server):
    response = server.client.options("/issues/exec-format-error")
    assert response.status_code in (200, 204)
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=nonsense", "cursor"),
    ],
)
def test_a_bad_parameter_is_422_and_is_named(server, query, field):
    document = problem(server.get(f"/api/v1/search?q=exec&{query}"), 422)
    assert field in json.dumps(document)


def test_422_comes_in_every_form(server):
    in_every_form(server, lambda accept: server.get("/search?q=a&limit=0", accept=accept))


def test_a_body_that_is_not_json_is_400(server):
    headers = {**bearer(), "Content-Type": "application/json"}
    for body in (b'{"text": ', b"", b'{"text": "\xff"}', b'{"text": "a"} trailing'):
        response = server.client.post("/api/v1/reports", content=body, headers=headers)
        problem(response, 400)


def test_a_body_of_another_type_is_415(server):
    headers = {**bearer(), "Content-Type": "text/plain"}
    response = server.client.post("/api/v1/reports", content=b"a crane is stuck", headers=headers)
    problem(response, 415)


def test_what_is_no_json_is_told_how_to_send_it(server):
    form = server.client.post("/api/v1/reports", data={"text": "a crane is stuck"}, headers=bearer())
    assert problem(form, 415)["detail"] == "Send application/json (with curl: --json, not -d alone)."
    page = server.client.post("/reports", content=b"a", headers={"Content-Type": "text/xml"})
    assert "application/x-www-form-urlencoded" in page.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": 7}, "text"),
        ({"text": "a", "colour": "red"}, "colour"),
        ({"text": "a", "environment": ["linux"]}, "environment"),
        ({"text": "a", "issue": "no-such-issue"}, "issue"),
        ({}, "text"),
    ],
)
def test_a_wrong_field_is_422_and_is_named(server, body, field):
    document = problem(server.post("/api/v1/reports", json=body), 422)
    assert field in json.dumps(document)


@pytest.mark.parametrize("expect", ["100-continue", ""])
@pytest.mark.parametrize("path", ["/diagnose", "/api/v1/diagnose"])
def test_a_body_of_33_mib_is_413(server, tmp_path, expect, path):
    large = tmp_path / "large.log"
    large.write_bytes(b"a line of a very long log\n" * (33 * 1024 * 1024 // 26 + 1))
    done = curl(
        "-o", str(tmp_path / "answer"), "-w", "%{http_code}", "-H", f"Expect: {expect}".strip(),
        "--data-binary", f"@{large}", server.url + path,
    )  # fmt: skip
    assert done.stdout == b"413", done.stderr
    assert (tmp_path / "answer").read_bytes()


def test_413_comes_in_every_form(server):
    """The length alone is enough to refuse: nothing of the body is sent."""

    def request(accept):
        host, port = server.authority.split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                f"POST /diagnose HTTP/1.1\r\nHost: {server.authority}\r\nAccept: {accept}\r\n"
                f"Content-Length: {33 * 1024 * 1024}\r\nExpect: 100-continue\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            return parsed(read_to_end(connection))

    in_every_form(server, request)


@pytest.mark.parametrize(("path", "size", "allowed"), [("/reports", 2, "2 MiB"), ("/guides", 2, "2 MiB"), ("/tokens", 1, "1 MiB"), ("/diagnose", 33, "32 MiB")])
def test_413_says_how_much_is_allowed(server, path, size, allowed):
    response = server.client.post(
        "/api/v1" + path, content=b"a" * (size * 1024 * 1024 + 1), headers=bearer() | {"Content-Type": "text/plain"}
    )
    assert allowed in problem(response, 413)["detail"]


EMOJI = "\N{PERSON FROWNING}"


@pytest.mark.parametrize("method, path", [("POST", "/issues"), ("PUT", "/issues/{slug}"), ("POST", "/suggestions")])
def test_the_longest_text_fits_into_a_body_however_it_is_spelled(server, method, path):
    """Twelve bytes for a character: two escapes in JSON."""
    title = f"Longest, {method} {path}"
    made = server.client.post(
        "/api/v1/issues", headers=bearer(),
        json={"guide": "agentcore-field-notes", "section": "Our own", "title": title + ", before", "markdown": "- x\n"},
    ).json()  # fmt: skip
    fields = {"title": title, "markdown": EMOJI * 200_000}
    if path == "/issues":
        fields |= {"guide": "agentcore-field-notes", "section": "Our own"}
    elif path == "/suggestions":
        fields |= {"issue": made["slug"]}
    body = json.dumps(fields)
    assert len(body) > 2_400_000
    target = "/api/v1" + path.format(slug=made["slug"])
    headers = bearer() | {"Content-Type": "application/json", "If-Match": "*"}
    response = server.client.request(method, target, content=body, headers=headers)
    assert response.status_code in (200, 201), response.text[:500]
    fields["markdown"] += EMOJI
    response = server.client.request(method, target, content=json.dumps(fields), headers=headers)
    assert "200000" in problem(response, 422)["detail"]


def test_the_longest_text_fits_into_the_form_of_an_issue(server):
    fields = {"guide": "agentcore-field-notes", "title": "Longest form", "markdown": EMOJI * 200_000}
    response = server.client.post("/issues/new", data=fields, headers=bearer())
    assert response.status_code in (201, 303), response.text[:500]


@pytest.mark.parametrize("mark", ["\N{COMBINING ACUTE ACCENT}", "\N{EMOJI MODIFIER FITZPATRICK TYPE-3}"])
def test_a_sign_before_a_combining_mark_still_divides(server, mark):
    """Both together are one character to a reader, and two code points to every client."""
    fields = {"text": "stuck", "environment": f"a={mark},{mark}b={mark}c"}
    answer = server.client.post("/reports", data=fields, headers={"Accept": "application/json"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["environment"] == {"a": mark, f"{mark}b": f"{mark}c"}


def test_a_chunked_body_over_the_limit_is_413(server, tmp_path):
    """No length is announced, so the limit must be noticed on the way."""
    large = tmp_path / "large.log"
    large.write_bytes(b"a line of a very long log\n" * (33 * 1024 * 1024 // 26 + 1))
    done = curl(
        "-o", "/dev/null", "-w", "%{http_code}", "-H", "Transfer-Encoding: chunked",
        "--data-binary", f"@{large}", f"{server.url}/diagnose",
    )  # fmt: skip
    assert done.stdout == b"413", done.stderr


def test_the_server_goes_on_after_a_refused_body(server):
    assert server.get("/healthz").status_code == 200


def test_what_is_not_http_is_400(server):
    host, port = server.authority.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost : spaced\r\n\r\n")
        assert read_to_end(connection).startswith(b"HTTP/1.1 400 ")


def read_to_end(connection) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def parsed(answer: bytes):
    """A raw answer as an httpx response."""
    head, body = answer.split(b"\r\n\r\n", 1)
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = [tuple(field.split(": ", 1)) for field in fields]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


@pytest.mark.parametrize(
    ("path", "form"), [("/api/v1/checks/", "application/problem+json"), ("/checks/", "text/plain")]
)
def test_an_address_that_is_too_long_is_414_in_the_form_of_its_place(server, path, form):
    refused = server.get(path + "x" * 20_000)
    assert refused.status_code == 414
    assert refused.headers["Content-Type"].startswith(form)
    assert "target_too_long" in refused.text
