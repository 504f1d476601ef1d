"""A tab of the browser that remembers what went wrong in it."""

from harness import Server


class Watched:
    """One tab in a context of its own."""

    def __init__(self, chromium, server: Server, **options):
        self.server = server
        self.context = chromium.new_context(base_url=server.url, **options)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list = []
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))

    def heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def assert_quiet(self) -> None:
        """No console message, so no CSP violation and no missing file; no third party."""
        assert self.errors == []
        strangers = [r.url for r in self.requests if not r.url.startswith(self.server.url)]
        assert strangers == []
