"""Finds the Chromium that the page tests drive. Run as a program, it says whether there is one."""

import os
import shutil
import sys


def executable() -> str | None:
    """The machine's own Chromium; None leaves the choice to Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("FIXBOOK_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def available() -> bool:
    if executable():
        return True
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch().close()
        except Exception:
            return False
    return True


if __name__ == "__main__":
    sys.exit(0 if available() else 1)
