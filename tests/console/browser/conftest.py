"""A real browser on the real application, over loopback."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from tests.gateway.filled import ROOT

from commonline.console.app import routers
from commonline.gateway.access.headers import SecurityHeaders
from commonline.gateway.app import make_app
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer
from commonline.local import ports

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 15.0


@dataclass
class Site:
    """The console, served. `viewer` may be changed between requests."""

    store: Store
    url: str
    viewer: Viewer


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    """The application with the console on a free port, in a thread."""
    port = ports.free_port()
    made = Site(store, f"http://127.0.0.1:{port}", ROOT)
    app = make_app(store, access=lambda _: made.viewer, routers=routers(store))
    app.add_middleware(SecurityHeaders)
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, name="site")
    thread.start()
    until = time.monotonic() + START_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    yield made
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Not for the whole session: while it is there an event loop runs, and others may not."""
    if CHROMIUM is None:
        pytest.skip("no chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


Opening = Callable[..., Page]


@pytest.fixture
def opening(chromium: Browser, site: Site) -> Iterator[Opening]:
    """``opening("/people", width=360, theme="dark")``: a page; its complaints fail the test."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str, *, width: int = 1280, height: int = 800, theme: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and "net::ERR_FAILED" not in message.text:  # a test cut it off
                complaints.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(site.url + path, wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints
