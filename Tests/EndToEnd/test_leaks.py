"""A guide for few leaves no trace for others: on every page, in every form, list, count and answer."""

import html.parser
import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest

from guides import HARBOUR
from harness import BROWSER_ACCEPT, Server, bearer, make_token, succeed

# Words that stand in the secret guide only: guide, section, title, symptom, cause, fix, check, tag, alias,
# owner, sample, and what was reported and suggested for it.
SECRET_WORDS = """
    quolmira vestrund obliquar drennick sprawlet tuvanox yelmerit glaspern hobrisk wendalor mirzelfach
    pontigrel orvastine
""".split()
SAMPLE = "mirzelfach refused the glaspern handover at once"
SECRET = """\
---
owner: wendalor@example.org
---
# Quolmira handbook

About quolmira things.

## Vestrund

### Obliquar outage
- the drennick panel is dark and the glaspern waits
- **Cause**: the sprawlet was not fed
- **Fix**: Restart the tuvanox, then wait.
- **Fix**: Replace the tuvanox.
- **Check**: yelmerit-code: length 3..5
- **Tags**: glaspern, cranes
- **Also seen as**: hobrisk failure; crane refuses to swing at night

```sample
%s
```
""" % SAMPLE

ROLES = ["anonymous", "reader", "reporter", "editor", "token", "named", "admin", "admin token"]
MAY_SEE = {"named", "admin", "admin token"}
FORMS = [".html", ".json", ".md", ".txt"]


@dataclass
class Base:
    """A server and everyone who asks it."""

    server: Server
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    # Addresses that belong to the secret guide.
    secret: list[str] = field(default_factory=list)
    diagnosis: str = ""
    report: str = ""

    def get(self, role: str, path: str, **headers) -> httpx.Response:
        return self.clients[role].get(path, headers=headers)


def sign_in(server: Server, name: str, role: str) -> httpx.Client:
    link = succeed("user", "create", "--db", server.database, name, "--role", role).strip()
    client = server.new_client(headers={"Sec-Fetch-Site": "same-origin"})
    answer = client.post("/sign-in", data={"link": link.split("link=")[1]}, headers={"Accept": BROWSER_ACCEPT})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leaks")
    database = folder / "base.db"
    for name, text, flags in [("harbour.md", HARBOUR, []), ("secret.md", SECRET, ["--audience", "named"])]:
        (folder / name).write_text(text)
        succeed("import", "--db", database, *flags, folder / name)
    with Server(database, "--no-guides") as server:
        base = Base(server)
        base.clients["anonymous"] = server.new_client()
        for role in ("reader", "reporter", "editor"):
            base.clients[role] = sign_in(server, f"some-{role}", role)
        base.clients["named"] = sign_in(server, "ada", "reader")
        base.clients["admin"] = sign_in(server, "root", "admin")
        token = make_token(database, "read,report,edit")
        base.clients["token"] = server.new_client(headers=bearer(token))
        base.clients["admin token"] = server.new_client(headers=bearer())
        audience = {"audience": "named", "people": ["ada"]}
        assert server.client.put(
            "/api/v1/guides/quolmira-handbook/audience", json=audience, headers=bearer()
        ).status_code == 200
        leave_traces(base)
        yield base
        for client in set(base.clients.values()):
            client.close()


def leave_traces(base: Base) -> None:
    """Everything that a guide leaves behind in the base while it is used."""
    admin = base.clients["admin token"]

    def post(path: str, body: dict, status: int = 201) -> dict:
        answer = admin.post("/api/v1" + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    issue = "/issues/obliquar-outage"
    found = admin.get("/api/v1" + issue).json()
    fixes = [fix["id"] for fix in found["fixes"]]
    for number in range(2):
        admin.patch(
            "/api/v1" + issue,
            json={"title": f"Obliquar outage {number}", "comment": "pontigrel"}, headers={"If-Match": "*"},
        ).raise_for_status()
    slug = admin.get(f"/api/v1/issues/{found['id']}", follow_redirects=True).json()["slug"]
    post(f"/issues/{slug}/verify", {"against": "orvastine"}, 200)
    answer = admin.post("/api/v1/diagnose", content=SAMPLE.encode())
    assert answer.json()["verdict"] == "known", answer.text
    base.diagnosis = answer.json()["id"]
    # What others typed is theirs: these texts say nothing secret.
    base.report = post("/reports", {"text": "it is dark", "issue": slug})["id"]
    post(f"/reports/{base.report}/outcomes", {"fix": fixes[0], "result": "worked", "note": "pontigrel"})
    post("/suggestions", {"issue": slug, "title": "Orvastine", "markdown": "- orvastine", "section": "Vestrund"})
    asked = admin.get("/search", params={"q": "orvastine pontigrel zzz", "guide": "quolmira-handbook"})
    assert asked.status_code == 200
    gone = post("/issues", {"guide": "quolmira-handbook", "section": "Vestrund", "title": "Hobrisk gone", "markdown": "- x"})
    admin.delete(f"/api/v1/issues/{gone['slug']}", headers={"If-Match": "*"}).raise_for_status()
    base.secret = [
        "/guides/quolmira-handbook", f"/issues/{slug}", "/issues/obliquar-outage", "/issues/obliquar-outage-0",
        f"/issues/{found['id']}", f"/issues/{slug}/history", f"/issues/{slug}/revisions", f"/issues/{slug}/revisions/1",
        f"/issues/{slug}/diff?from=1&to=2", f"/issues/{slug}/learned", f"/issues/{slug}/feed.atom",
        f"/issues/{slug}/edit", f"/issues/{slug}/suggest", "/guides/quolmira-handbook/feed.atom",
        f"/fixes/{fixes[0]}", f"/fixes/{fixes[1]}", "/checks/yelmerit-code", "/checks/yelmerit-code?value=x",
        f"/issues/{gone['slug']}", "/guides/quolmira-handbook/edit", "/suggestions/1",
    ]  # fmt: skip


def traces(answer: httpx.Response) -> list[str]:
    """Secret words of a body or its headers; what the request itself said does not count."""
    asked = str(answer.request.url).lower() + answer.request.content.decode(errors="replace").lower()
    said = (answer.text + "\n" + "\n".join(f"{k}: {v}" for k, v in answer.headers.items())).lower()
    return [word for word in SECRET_WORDS if word in said and word not in asked]


class _Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name == "href" and value]


def crawl(base: Base, role: str, limit: int = 400) -> dict[str, httpx.Response]:
    """Every page that links lead to, from the places where one begins."""
    starts = [
        "/", "/guides", "/issues", "/checks", "/recent", "/search?q=crane", "/help", "/help/api", "/reports",
        "/gaps", "/insights", "/suggestions", "/suggestions/new", "/reviews", "/deleted", "/account", "/admin", "/admin/audit", "/sitemap.xml",
        "/llms.txt", "/llms-full.txt", "/feed.atom", "/openapi.json", "/robots.txt", "/metrics", "/go",
    ]  # fmt: skip
    seen: dict[str, httpx.Response] = {}
    queue = list(starts)
    while queue and len(seen) < limit:
        path = queue.pop(0)
        if path in seen or "/assets/" in path:
            continue
        answer = base.get(role, path, Accept=BROWSER_ACCEPT)
        seen[path] = answer
        if "html" in answer.headers.get("content-type", ""):
            links = _Links()
            links.feed(answer.text)
            for link in links.found:
                target = urlsplit(urljoin(str(answer.url), link))
                if target.netloc in ("", base.server.authority):
                    queue.append(target.path + (f"?{target.query}" if target.query else ""))
        for location in re.findall(r"<loc>[^<]*?(/issues/[^<]+)</loc>", answer.text):
            queue.append(location)
    return seen


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_links_lead_to_has_a_trace(base, role):
    found = {path: traces(answer) for path, answer in crawl(base, role).items()}
    leaks = {path: words for path, words in found.items() if words}
    if role in MAY_SEE:
        # So that the test can fail: who may see the guide meets it all over.
        assert len(leaks) > 10
    else:
        assert not leaks


@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_it_is_not_there(base, role):
    for path in base.secret:
        bare, _, query = path.partition("?")
        addresses = [path, "/api/v1" + path] + [bare + form + ("?" + query if query else "") for form in FORMS]
        for address in addresses:
            answer = base.get(role, address)
            if role in MAY_SEE:
                continue
            assert not traces(answer), address
            assert answer.status_code in (403, 404, 401, 405, 406, 410, 303), f"{address}: {answer.status_code} {answer.text}"
            if not bare.startswith("/suggestions") and "/edit" not in bare:
                assert answer.status_code in (404, 401, 403, 406), address
    if role in MAY_SEE:
        assert base.get(role, base.secret[0]).status_code == 200


LISTS = [
    "/guides", "/issues", "/issues?sort=title", "/issues?sort=updated", "/issues?limit=100", "/issues?confidence=verified",
    "/checks", "/changes", "/changes?limit=100", "/suggestions", "/reports", "/gaps", "/insights", "/search?q=crane",
    "/search?q=crane&explain=1", "/search?q=the&limit=50",
]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_no_list_has_a_trace(base, role):
    for path in LISTS:
        answer = base.get(role, "/api/v1" + path)
        if role not in MAY_SEE:
            assert not traces(answer), path


def questions() -> list[str]:
    words = [*SECRET_WORDS, SAMPLE, "Obliquar outage", "yelmerit-code", "hobrisk failure", "tag:glaspern"]
    return words + [f'"{SAMPLE}"', "guide:quolmira-handbook x", "-- drennick", "crane tuvanox"]


@pytest.mark.parametrize("role", ROLES)
def test_no_question_finds_it(base, role):
    for question in questions():
        answers = [
            base.get(role, f"/api/v1/search?explain=1&q={quote(question)}"),
            base.get(role, f"/search.json?q={quote(question)}"),
            base.get(role, f"/search.txt?q={quote(question)}"),
            base.get(role, f"/go/{quote(question, safe='')}", Accept=BROWSER_ACCEPT),
            base.clients[role].post("/api/v1/diagnose?limit=20", content=question.encode()),
            base.clients[role].post("/diagnose", content=question.encode()),
            base.clients[role].post("/mcp", json=tool("diagnose", text=question)),
            base.clients[role].post("/mcp", json=tool("search_issues", query=question)),
        ]
        for answer in answers:
            if role not in MAY_SEE:
                assert not traces(answer), f"{answer.request.url} {question}"
                assert "/issues/obliquar" not in answer.text
    for guide in ("quolmira-handbook", "no-such-guide"):
        answer = base.get(role, f"/api/v1/search?q=x&guide={guide}")
        assert answer.status_code == (200 if role in MAY_SEE and guide[0] == "q" else 422)


def tool(name: str, /, **arguments) -> dict:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize("role", ["anonymous", "token", "admin token"])
def test_no_tool_of_an_agent_finds_it(base, role):
    slug = base.secret[1].removeprefix("/issues/")
    calls = [
        tool("get_issue", slug=slug), tool("check_value", name="yelmerit-code", value="x"),
        tool("open_report", text="x", issue=slug), tool("diagnose", text=SAMPLE, guide="quolmira-handbook"),
        tool("record_outcome", fix=4, result="worked"),
        {"jsonrpc": "2.0", "id": 1, "method": "resources/list"},
        {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": f"fixbook://issues/{slug}"}},
    ]  # fmt: skip
    found = [traces(base.clients[role].post("/mcp", json=call)) for call in calls]
    assert any(found) == (role in MAY_SEE)


@pytest.mark.parametrize("role", ROLES)
def test_a_link_to_a_diagnosis_or_report_tells_nothing_of_it(base, role):
    for path in (f"/diagnoses/{base.diagnosis}", f"/reports/{base.report}"):
        for address in ["/api/v1" + path, *(path + form for form in FORMS)]:
            answer = base.get(role, address)
            assert answer.status_code == 200
            if role not in MAY_SEE:
                words = [word for word in traces(answer) if word not in SAMPLE]
                assert not words, address
    diagnosis = base.get(role, f"/api/v1/diagnoses/{base.diagnosis}").json()
    report = base.get(role, f"/api/v1/reports/{base.report}").json()
    if role in MAY_SEE:
        assert diagnosis["verdict"] == "known" and report["issue"] and report["outcomes"]
    else:
        assert diagnosis["verdict"] == "unknown" and not diagnosis["matches"]
        assert report["issue"] is None and report["outcomes"] == []


@pytest.mark.parametrize("role", ["reporter", "editor", "token"])
def test_nobody_writes_to_what_they_may_not_see(base, role):
    slug = base.secret[1].removeprefix("/issues/")
    fix = int(base.secret[14].removeprefix("/fixes/"))
    token = make_token(base.server.database, "report,edit" if role == "editor" else "report")
    client = base.server.new_client(headers=bearer(token))
    writes = [
        ("POST", "/issues", {"guide": "quolmira-handbook", "section": "", "title": "T", "markdown": "- x"}),
        ("PATCH", f"/issues/{slug}", {"title": "T"}), ("DELETE", f"/issues/{slug}", None),
        ("POST", f"/issues/{slug}/verify", {"against": "x"}), ("POST", f"/issues/{slug}/revert", {"revision": 1}),
        ("POST", f"/issues/{slug}/outcomes", {"fix": fix, "result": "worked"}),
        ("POST", f"/issues/crane-refuses-to-swing/merge", {"into": slug}),
        ("POST", f"/issues/{slug}/merge", {"into": "crane-refuses-to-swing"}),
        ("POST", f"/reports", {"text": "x", "issue": slug}),
        ("POST", f"/suggestions", {"issue": slug, "title": "T", "markdown": "- x"}),
        ("POST", f"/suggestions", {"guide": "quolmira-handbook", "title": "T", "markdown": "- x"}),
        ("POST", f"/suggestions/1/accept", {}), ("POST", f"/suggestions/1/reject", {"reason": "x"}),
        ("POST", f"/diagnoses/{base.diagnosis}/outcomes", {"fix": fix, "result": "worked"}),
        ("POST", f"/diagnoses/{base.diagnosis}/feedback", {"right_issue": slug}),
        ("POST", f"/reports/{base.report}/outcomes", {"fix": fix, "result": "worked"}),
        ("PATCH", "/guides/quolmira-handbook", {"title": "T"}), ("POST", "/guides/quolmira-handbook/archive", {}),
        ("POST", "/guides/quolmira-handbook/sections", {"title": "T"}),
        ("POST", "/checks/yelmerit-code", {"value": "x"}),
    ]  # fmt: skip
    for method, path, body in writes:
        answer = client.request(method, "/api/v1" + path, json=body, headers={"If-Match": "*"})
        assert answer.status_code in (403, 404, 422), f"{method} {path}: {answer.status_code} {answer.text}"
        assert not traces(answer), f"{method} {path}: {answer.text}"
    client.close()


@pytest.mark.parametrize("role", ["anonymous", "editor"])
def test_what_was_cached_for_one_is_not_shown_to_another(base, role):
    for path in ("/guides", "/issues", "/recent", "/llms.txt", "/sitemap.xml", base.secret[0], base.secret[1]):
        for _ in range(2):
            shown = base.get("named", path, Accept=BROWSER_ACCEPT)
            hidden = base.get(role, path, Accept=BROWSER_ACCEPT)
            assert not traces(hidden), path
            # An ETag of the one gets no 304 from the other, which would say that it exists.
            tag = shown.headers.get("etag", '"x"')
            assert base.get(role, path, Accept=BROWSER_ACCEPT, **{"If-None-Match": tag}).status_code != 304 or (
                shown.text == hidden.text
            )


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The same base without the secret guide."""
    folder = tmp_path_factory.mktemp("without")
    (folder / "harbour.md").write_text(HARBOUR)
    succeed("import", "--db", folder / "base.db", folder / "harbour.md")
    with Server(folder / "base.db", "--no-guides") as server:
        yield server


def test_the_numbers_are_those_of_a_base_without_it(base, without):
    """Scores, confidences and counts: what a number would tell of words in the guide."""
    def strangers(path: str, **options) -> dict:
        answers = [
            server.client.request(options.get("method", "GET"), path, content=options.get("content"))
            for server in (base.server, without)
        ]
        return [json.loads(answer.text) for answer in answers]

    for words in ["crane", "crane swing", "crane glaspern", "crane obliquar tuvanox", "slew interlock open", "the code"]:
        one, other = strangers(f"/api/v1/search?explain=1&limit=50&q={quote(words)}")
        essence = [[(hit["issue"]["slug"], hit["score"]) for hit in answer["results"]] for answer in (one, other)]
        assert essence[0] == essence[1], words
        one, other = strangers("/api/v1/diagnose?limit=20", method="POST", content=words.encode())
        essence = [
            (answer["verdict"], [(match["issue"]["slug"], match["confidence"]) for match in answer["matches"]])
            for answer in (one, other)
        ]
        assert essence[0] == essence[1], words
    issues = [re.search(r"^fixbook_issues \S+", server.get("/metrics").text, re.M).group(0) for server in (base.server, without)]
    assert issues[0] == issues[1]
    for path in ("/guides", "/issues?limit=100", "/checks"):
        one, other = strangers("/api/v1" + path)
        assert len(one["results"]) == len(other["results"]), path
    assert base.server.get("/sitemap.xml").text.count("<loc>") == without.get("/sitemap.xml").text.count("<loc>")


def test_a_role_that_is_named_sees_it_and_no_other(base):
    audience = {"audience": "named", "people": ["ada"], "roles": ["editor"]}
    address = "/api/v1/guides/quolmira-handbook/audience"
    try:
        base.server.client.put(address, json=audience, headers=bearer()).raise_for_status()
        found = {role: base.get(role, base.secret[0]).status_code for role in ("anonymous", "reader", "reporter", "editor", "token", "named")}
        assert found == {"anonymous": 404, "reader": 404, "reporter": 404, "editor": 200, "token": 404, "named": 200}
    finally:
        audience["roles"] = []
        base.server.client.put(address, json=audience, headers=bearer()).raise_for_status()
    assert base.get("editor", base.secret[0]).status_code == 404
