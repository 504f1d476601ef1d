"""Servers and databases that the tests share; each module has its own."""

from pathlib import Path

import pytest

import browser
import staff as staff_pages
from guides import HARBOUR
from harness import BINARY, Server, copy_database, succeed


def pytest_configure():
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not built: `make test` builds it", returncode=3)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """A failure shows what the servers that ran meanwhile had to say."""
    report = (yield).get_result()
    if report.failed:
        for server in Server.running:
            report.sections.append((f"server {server.url}", server.output[-4000:]))


@pytest.fixture(scope="session")
def shipped_database(tmp_path_factory) -> Path:
    """A database with the guides that Fixbook brings along, made once; take a copy."""
    database = tmp_path_factory.mktemp("shipped") / "fixbook.db"
    with Server(database):
        pass
    return database


@pytest.fixture(scope="session")
def harbour_database(tmp_path_factory) -> Path:
    """A database that holds the guide of these tests alone; take a copy."""
    folder = tmp_path_factory.mktemp("harbour-import")
    guide = folder / "harbour.md"
    guide.write_text(HARBOUR, encoding="utf-8")
    succeed("import", "--db", folder / "harbour.db", guide)
    return folder / "harbour.db"


@pytest.fixture(scope="module")
def server(shipped_database, tmp_path_factory):
    """A server with the shipped guides."""
    folder = tmp_path_factory.mktemp("server")
    with Server(copy_database(shipped_database, folder / "fixbook.db")) as server:
        yield server


@pytest.fixture(scope="module")
def harbour(harbour_database, tmp_path_factory):
    """A server with the guide of these tests, which the tests of one module may change."""
    folder = tmp_path_factory.mktemp("harbour")
    with Server(copy_database(harbour_database, folder / "harbour.db")) as server:
        yield server


@pytest.fixture(scope="module")
def staff(shipped_database, tmp_path_factory):
    """A server with something on every page that only members see."""
    folder = tmp_path_factory.mktemp("staff")
    with Server(copy_database(shipped_database, folder / "fixbook.db")) as server:
        yield staff_pages.furnish(server)


@pytest.fixture
def fresh_harbour(harbour_database, tmp_path):
    """The same, untouched by any other test."""
    with Server(copy_database(harbour_database, tmp_path / "harbour.db")) as server:
        yield server


@pytest.fixture(scope="module")
def chromium():
    if not browser.available():
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser.executable())
        yield launched
        launched.close()
