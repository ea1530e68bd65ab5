"""The built assets and templates behind the product's own Content-Security-Policy, without database: for the page script alone."""

import mimetypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from backend.core.assets import Assets
from backend.core.edge import CSP
from backend.core.render import Pages

VISITOR = {
    "name": "林小海",
    "principal_name": "林阿公",
    "acting": True,
    "officer": False,
    "staff": False,
    "counter": False,
    "phone_key": "",
    "mandate_lost": False,
    "cart_count": 3,
    "unread": 2,
    "needs_you": 1,
}


class Desk:
    """What the browser sent, and what it gets. `pages` maps a path to the source of a template."""

    def __init__(self) -> None:
        self.assets = Assets()
        self.pages = Pages(self.assets, demo=True)
        self.sources: dict[str, str] = {"/cart/kept": '{% include "pages/cart/kept.html" %}'}
        self.posted: list[tuple[str, bytes]] = []
        self.changes = 0
        self.unread = VISITOR["unread"]

    def page(self, path: str, mode: str = "standard", lang: str = "zh-Hans", **more: Any) -> str:
        context = {"lang": lang, "mode": mode, "path": path, "today": None, "visitor": VISITOR, "changes": self.changes}
        return self.pages._env.from_string(self.sources[path]).render(context | more)


class Handler(BaseHTTPRequestHandler):
    """Answers for one Desk; `serving` makes the class that knows which."""

    desk: Desk

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        always = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": CSP}
        for name, value in (always | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path.startswith("/static/") or path == "/sw.js":
            name = path.rpartition("/")[2]
            self.answer(self.desk.assets.find(name, "")[0], mimetypes.guess_type(name)[0] or "application/octet-stream")
        elif path == "/stream":
            self.stream()
        elif path == "/inbox/events":
            self.answer(b"retry: 60000\nevent: changed\ndata:\n\n", "text/event-stream")
        elif path == "/api/v1/notices":
            self.answer(b'{"unread": %d, "needs_you": 0, "notices": []}' % self.desk.unread, "application/json")
        elif path in self.desk.sources:
            options = dict(part.split("=") for part in query.split("&") if part)
            kept = {"X_Offline": "public"} if path in ("/offline", "/cart/kept", "/guide") else {}
            self.answer(self.desk.page(path, **options).encode(), **kept)
        else:
            self.answer(b"", status=404)

    def stream(self) -> None:
        """One event as soon as something has changed, then the end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        until = time.monotonic() + 5
        while not self.desk.changes and time.monotonic() < until:
            time.sleep(0.02)
        self.wfile.write(b"data: changed\n\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.desk.posted.append((self.path, body))
        time.sleep(0.3)
        self.answer(b"{}", "application/json", 201 if self.path == "/push/subscription" else 204)


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """The address of a running server; stopped on leaving."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("DeskHandler", (Handler,), {"desk": desk}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
