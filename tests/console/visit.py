"""A visit to the console of a demo whose day is over: ``python -m tests.console.visit URL FOLDER``.

Looks at every page as somebody at this machine, and leaves pictures in the folder. A process of its own: a browser is
driven from a main thread, and that is the demo's.
"""

from __future__ import annotations

import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright
from tests.console.browser.conftest import ARGUMENTS, CHROMIUM

SERIOUS = ("serious", "critical")
WIDTH, HEIGHT = 1280, 820


def main(console: str, pictures: Path) -> None:
    """Raises `AssertionError` for what is not as it should be."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(
            base_url=console, viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _conversations(page, pictures)
        _people_and_wall(page, pictures)
        _operations(page, pictures)
        browser.close()
    assert not complaints, complaints


def _conversations(page: Page, pictures: Path) -> None:
    page.goto("/")
    expect(page.locator(".live")).to_have_text("live")
    row = page.locator(".row").first
    for department in ("hr", "marketing", "pr", "service"):
        expect(row.locator(".dept", has_text=department)).to_have_count(1)
    _taken(page, pictures, "conversations")
    row.locator("a").click()
    expect(page.locator(".entry").filter(has_text="internal note").first).to_be_visible()
    expect(page.locator(".entry").filter(has_text="edited").first).to_be_visible()
    expect(page.locator(".entry[data-deleted]").first).to_be_visible()
    _taken(page, pictures, "conversation")
    page.keyboard.press("s")
    expect(page.locator(".sides-table th[scope=col]")).to_have_count(5)
    expect(page.get_by_text("hashes differ")).to_have_count(0)
    _taken(page, pictures, "side-by-side")


def _people_and_wall(page: Page, pictures: Path) -> None:
    page.goto("/people?text=Ana+Silva")
    page.get_by_role("link", name="Ana Silva").first.click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    _taken(page, pictures, "person")
    page.emulate_media(color_scheme="dark")
    page.goto("/wall?hours=1")
    expect(page.locator(".figure").first).not_to_have_text("0")
    expect(page.locator(".chart canvas")).to_have_count(4)
    _taken(page, pictures, "command-centre")


def _operations(page: Page, pictures: Path) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/operations")
    expect(page.locator("section").first.locator("tbody tr")).to_have_count(6)
    _taken(page, pictures, "operations")
    page.get_by_role("link", name="MalformedPayloadError").first.click()
    expect(page.get_by_role("button", name="Replay what I edited")).to_be_visible()
    _taken(page, pictures, "dead-letter")


def _taken(page: Page, pictures: Path, name: str) -> None:
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]
    assert not told, name
    page.screenshot(path=pictures / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
