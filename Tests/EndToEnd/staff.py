"""A server with something on every page that only members, editors and admins see."""

from dataclasses import dataclass

from harness import BROWSER_ACCEPT, Server, bearer, succeed

GUIDE = "agentcore-troubleshooting"
ISSUE = "exec-format-error"


@dataclass
class Staff:
    server: Server
    # The session of an admin, as a browser sends it.
    cookie: dict[str, str]
    # Name and address of each page.
    pages: dict[str, str]


def sign_in(server: Server, name: str, role: str) -> dict[str, str]:
    """Makes an account; gives its session's cookie for Playwright."""
    link = succeed("user", "create", "--db", server.database, name, "--role", role).strip()
    with server.new_client(headers={"Sec-Fetch-Site": "same-origin"}) as client:
        answer = client.post(
            "/sign-in", data={"link": link.split("link=")[1]}, headers={"Accept": BROWSER_ACCEPT}
        )
        assert answer.status_code == 303, answer.text
        session = client.cookies["fixbook_session"]
    return {"name": "fixbook_session", "value": session, "url": server.url}


def furnish(server: Server) -> Staff:
    def post(path: str, **body) -> dict:
        answer = server.post("/api/v1" + path, json=body)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer.json()

    def change(slug: str, **fields) -> None:
        answer = server.client.patch(
            f"/api/v1/issues/{slug}", headers={**bearer(), "If-Match": "*"}, json=fields
        )
        assert answer.status_code == 200, answer.text

    issues = server.json(f"/api/v1/issues?guide={GUIDE}&limit=20")["results"]
    slugs = [issue["slug"] for issue in issues if issue["slug"] != ISSUE]
    for slug in slugs[:2]:
        post(f"/issues/{slug}/verify", against="runtime 1.4")
        change(slug, markdown=server.issue(slug)["markdown"] + "\n\nSeen again.")
    gone, twin, host, other, archived = slugs[2:7]
    server.client.delete(f"/api/v1/issues/{gone}", headers={**bearer(), "If-Match": "*"})
    post(f"/issues/{twin}/merge", into=host)
    post(f"/issues/{ISSUE}/links", kind="related", issue=other)
    post(f"/issues/{other}/links", kind="duplicate_of", issue=ISSUE)
    post(f"/issues/{archived}/archive")
    text = server.issue(ISSUE)
    post(
        "/suggestions", guide=GUIDE, section="Network", title="Proxy drops what is idle",
        markdown="- `ECONNRESET` after a minute\n- **Fix**: Keep it alive:\n\n```sh\nkeepalive 30\n```",
        comment="met it on Friday",
    )  # fmt: skip
    post(
        "/suggestions", issue=ISSUE, title=text["title"], comment="says more",
        markdown=text["markdown"] + "\n\nOne more line.",
    )  # fmt: skip
    refused = post("/suggestions", guide=GUIDE, title="It does not work", markdown="- It fails")
    post(f"/suggestions/{refused['id']}/reject", reason="says nothing new")
    report = post("/reports", text="exec format error", issue=ISSUE, environment={"arch": "amd64"})
    post(f"/reports/{report['id']}/outcomes", fix=text["fixes"][0]["id"], result="worked")
    for question in ("why is the moon square", "hello again"):
        server.diagnose(question)
    post("/users", name="Ada", role="editor")
    post("/tokens", name="chat bot", scopes=["read", "report"], kind="agent")
    hook = post("/webhooks", url="https://hooks.example.org/x", events=["issue.edited"])["id"]
    section = server.json(f"/api/v1/guides/{GUIDE}")["sections"][0]["id"]
    return Staff(
        server, sign_in(server, "Grace Hopper", "admin"),
        {
            "reviews": "/reviews", "suggestions": "/suggestions",
            "rejected": "/suggestions?state=rejected", "new suggested": "/suggestions/1",
            "edit suggested": "/suggestions/2", "suggestion in editor": "/suggestions/1/edit",
            "suggest": "/suggestions/new?fields=1", "deleted": "/deleted",
            "deleted issue": f"/issues/{gone}", "merged issue": f"/issues/{host}",
            "archived issue": f"/issues/{archived}", "issue": f"/issues/{ISSUE}",
            "history": f"/issues/{host}/history", "revision": f"/issues/{host}/revisions/1",
            "diff": f"/issues/{slugs[0]}/diff?to=2", "editor": f"/issues/{ISSUE}/edit",
            "fields": f"/issues/{ISSUE}/edit?fields=1", "new issue": "/issues/new?fields=1",
            "guide": f"/guides/{GUIDE}", "guide's editor": f"/guides/{GUIDE}/edit",
            "section's editor": f"/guides/{GUIDE}/sections/{section}/edit",
            "new guide": "/guides/new", "gaps": "/gaps", "insights": "/insights",
            "reports": "/reports", "a report": f"/reports/{report['id']}", "account": "/account",
            "password": "/account/password", "admin": "/admin", "users": "/admin/users",
            "tokens": "/admin/tokens", "who sees what": "/admin/guides",
            "webhooks": "/admin/webhooks", "deliveries": f"/admin/webhooks/{hook}",
            "audit log": "/admin/audit",
        },
    )  # fmt: skip
