"""What changed: Atom for people's readers, a cursor for programs that must not miss anything."""

import re
import sqlite3
import threading
import xml.etree.ElementTree as ElementTree

import pytest

from harness import Server, bearer, copy_database, succeed

ATOM = "{http://www.w3.org/2005/Atom}"
CRANE = "crane-refuses-to-swing"
FEEDS = ["/feed.atom", "/guides/harbour-runbook/feed.atom", f"/issues/{CRANE}/feed.atom"]


def edit(server, slug: str = CRANE, client=None, **fields) -> dict:
    issue = server.issue(slug)
    body = {name: issue[name] for name in ("title", "section", "markdown")} | {"base": issue["revision"]} | fields
    response = (client or server.client).put(f"/api/v1/issues/{slug}", json=body, headers=bearer())
    assert response.status_code == 200, response.text
    return response.json()


def read(server, path: str) -> ElementTree.Element:
    response = server.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def texts(feed: ElementTree.Element, name: str) -> list[str]:
    return [entry.findtext(ATOM + name) for entry in feed.findall(ATOM + "entry")]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_atom(harbour, path):
    """What RFC 4287 §4.1 requires of a feed and of an entry."""
    feed = read(harbour, path)
    assert feed.tag == ATOM + "feed"
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links["self"] == harbour.url + path
    assert harbour.get(links["alternate"].removeprefix(harbour.url)).status_code == 200
    when = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    entries = feed.findall(ATOM + "entry")
    assert entries
    for part in [feed, *entries]:
        for name in ("id", "title", "updated"):
            assert len(part.findall(ATOM + name)) == 1
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", part.findtext(ATOM + "id"))
        assert when.fullmatch(part.findtext(ATOM + "updated"))
    for entry in entries:
        assert entry.find(ATOM + "author").findtext(ATOM + "name")
        assert entry.findtext(ATOM + "summary")
        [link] = entry.findall(ATOM + "link")
        assert harbour.get(link.get("href").removeprefix(harbour.url)).status_code == 200
    ids = texts(feed, "id")
    assert len(set(ids)) == len(ids)
    assert feed.findtext(ATOM + "updated") == max(texts(feed, "updated"))


def test_a_feed_changes_when_something_does_and_not_before(fresh_harbour):
    server = fresh_harbour
    before = {path: server.get(path) for path in [*FEEDS, "/issues/gate-camera-stays-dark/feed.atom"]}
    for path, response in before.items():
        again = server.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == 304, path
    edit(server, comment="one <more> & \"better\"", markdown="- changed\n")
    for path in FEEDS:
        old, new = ElementTree.fromstring(before[path].content), read(server, path)
        assert texts(new, "id")[1:] == texts(old, "id"), path
        assert texts(new, "summary")[0] == "issue edited: one <more> & \"better\""
    path = "/issues/gate-camera-stays-dark/feed.atom"
    assert server.get(path).content == before[path].content


def test_ids_stay_whatever_the_address_and_the_title(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database) as server:
        feed = read(server, FEEDS[2])
        first = (feed.findtext(ATOM + "id"), texts(feed, "id"))
        edit(server, title="Crane does not swing")
        moved = server.get(FEEDS[2])
        assert (moved.status_code, moved.headers["location"]) == (301, "/issues/crane-does-not-swing/feed.atom")
    with Server(database, "--public-url", "https://fixbook.example") as server:
        feed = read(server, "/issues/crane-does-not-swing/feed.atom")
        assert (feed.findtext(ATOM + "id"), texts(feed, "id")[1:]) == first
        assert feed.find(ATOM + "link").get("href").startswith("https://fixbook.example/issues/")


def test_pages_name_their_feeds(harbour):
    for page, feed in [("/", FEEDS[0]), ("/guides/harbour-runbook", FEEDS[1]), (f"/issues/{CRANE}", FEEDS[2])]:
        html = harbour.get(page, accept="text/html").text
        links = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">', html)
        assert feed in [href for _, href in links], page


def test_the_feed_of_a_fresh_base_lists_what_was_loaded(server):
    loaded = sum(len(server.json(f"/api/v1/issues?limit=100&guide={guide['slug']}")["results"]) + 1
                 for guide in server.json("/api/v1/guides")["results"])  # fmt: skip
    assert len(read(server, "/feed.atom").findall(ATOM + "entry")) == loaded > 60


def test_older_entries_are_on_further_pages(tmp_path):
    guide = tmp_path / "many.md"
    guide.write_text("# Many\n\n## S\n\n" + "".join(f"### Issue {n}\n- x\n- **Fix**: y\n\n" for n in range(249)))
    succeed("import", "--db", tmp_path / "many.db", guide)
    with Server(tmp_path / "many.db") as server:
        path, seen = "/guides/many/feed.atom", []
        while path:
            feed = read(server, path)
            seen += texts(feed, "id")
            links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
            path = links.get("next", "").removeprefix(server.url)
        assert len(seen) == len(set(seen)) == 250


def test_what_may_not_be_seen_has_no_feed(harbour_database, tmp_path):
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE guide SET audience = 'members'")
    connection.close()
    with Server(database) as server:
        assert read(server, "/feed.atom").findall(ATOM + "entry") == []
        assert server.get(FEEDS[1]).status_code == server.get(FEEDS[2]).status_code == 404
        assert server.get(FEEDS[2], headers=bearer()).status_code == 200


class Poller(threading.Thread):
    """Follows the change stream until told to stop, then until nothing is left."""

    def __init__(self, server, limit: int):
        super().__init__(daemon=True)
        self.server, self.limit = server, limit
        self.seen: list[int] = []
        self.stopping = threading.Event()
        self.error: Exception | None = None
        self.cursor: str | None = None

    def run(self) -> None:
        try:
            with self.server.new_client() as client:
                while True:
                    last_round = self.stopping.is_set()
                    since = f"&since={self.cursor}" if self.cursor else ""
                    answer = client.get(f"/api/v1/changes?limit={self.limit}{since}")
                    assert answer.status_code == 200, answer.text
                    page = answer.json()
                    self.seen += [each["id"] for each in page["results"]]
                    self.cursor = page["next"] or self.cursor
                    if last_round and not page["results"]:
                        return
        except Exception as error:  # noqa: BLE001
            self.error = error


def test_nobody_who_follows_the_changes_misses_or_repeats_one(harbour_database, tmp_path):
    """Six writers and six pollers at two processes on one file."""
    database = copy_database(harbour_database, tmp_path / "harbour.db")
    with Server(database) as one, Server(database, log=tmp_path / "two.log") as two:
        pollers = [Poller((one, two)[number % 2], limit=(1, 3, 100)[number % 3]) for number in range(6)]
        for poller in pollers:
            poller.start()
        failures: list[str] = []
        made: list[int] = []

        def write(number: int) -> None:
            server = (one, two)[number % 2]
            with server.new_client() as client:
                for step in range(25):
                    answer = client.post(
                        "/api/v1/issues", headers=bearer(),
                        json={"guide": "harbour-runbook", "section": "Quay", "title": f"Issue {number} {step}", "markdown": "- x"},
                    )  # fmt: skip
                    if answer.status_code != 201:
                        failures.append(answer.text)
                        return
                    issue = answer.json()["id"]
                    made.append(issue)
                    # A write that is undone in the middle of a group takes no number with it.
                    client.post("/api/v1/issues", headers=bearer(), json={"guide": "none", "title": "x", "markdown": "- x"})
                    gone = client.delete(f"/api/v1/issues/{issue}", headers=bearer() | {"If-Match": "*"})
                    if gone.status_code not in (200, 204):
                        failures.append(gone.text)

        writers = [threading.Thread(target=write, args=[number]) for number in range(6)]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        for poller in pollers:
            poller.stopping.set()
        for poller in pollers:
            poller.join(60)
        assert failures == []
        assert len(made) == 150
        assert [poller.error for poller in pollers] == [None] * 6
        # The guide and its four issues, then a making and a deleting for each.
        everything = list(range(1, 6 + 2 * 150))
        for poller in pollers:
            assert poller.seen == everything
