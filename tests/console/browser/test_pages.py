"""Every page in a real browser: it fits every width in both themes, keys are enough, axe finds nothing serious."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.console.browser.conftest import Opening, Site
from tests.gateway.filled import fill, inputs, story, told
from tests.streams.unify.world import activity

WIDTHS = (360, 768, 1280, 3840)
PLAIN = ("/", "/people", "/wall")
OF_A_CONVERSATION = ("", "/sides")
SERIOUS = ("serious", "critical")


def addresses(site: Site, opening: Opening) -> list[str]:
    """All pages, with a conversation that has something on it."""
    page = opening("/")
    conversation = page.locator(".row > a", has_text="My kettle leaks").get_attribute("href")
    return [*PLAIN, *(f"{conversation}{tail}" for tail in OF_A_CONVERSATION)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_scrolls_sideways_and_axe_finds_nothing_serious(site: Site, opening: Opening, theme: str) -> None:
    for address in addresses(site, opening):
        for width in WIDTHS:
            page = opening(address, width=width, theme=theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
            if width in (360, 1280):
                found = Axe().run(page).response["violations"]
                told = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]
                assert not told, (address, width, theme)
            page.context.close()


def test_a_conversation_is_found_read_and_left_by_keys_alone(opening: Opening) -> None:
    page = opening("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{focused}")
    page.keyboard.press("s")
    page.wait_for_url("**/sides")
    page.keyboard.press("u")
    page.wait_for_url(f"**{focused}")
    page.keyboard.press("u")
    expect(page.locator("h1")).to_have_text("Conversations")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("4711")
    page.keyboard.press("Enter")
    expect(page.locator(".row")).to_have_count(1)


def test_the_first_tab_skips_to_the_content(opening: Opening) -> None:
    page = opening("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_theme_that_was_chosen_stays(opening: Opening) -> None:
    page = opening("/")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def live(page: Page) -> Page:
    """The page, once it hears of what moves."""
    expect(page.locator(".live")).to_have_text("live")
    return page


def test_what_moves_comes_to_the_top_without_a_word_from_the_viewer(site: Site, opening: Opening) -> None:
    page = live(opening("/"))
    expect(page.locator(".row .who").first).to_contain_text("Eve")
    late = activity("facebook:1/c9", text="It leaks again", actor=None, thread="facebook:1/post", at=9)
    fill(site.store, inputs(told(*story(), late).outputs))
    expect(page.locator(".row .said").first).to_contain_text("It leaks again")
    expect(page.locator(".row")).to_have_count(2)


def test_an_open_conversation_goes_on(site: Site, opening: Opening) -> None:
    page = opening("/")
    page.locator(".row > a", has_text="My kettle leaks").click()
    expect(live(page).locator(".entry")).to_have_count(3)
    late = activity("facebook:1/c9", text="It leaks again", actor=None, thread="facebook:1/post", at=9)
    fill(site.store, inputs(told(*story(), late).outputs))
    expect(page.locator(".entry")).to_have_count(4)


def test_a_page_says_when_it_hears_nothing_any_more(site: Site, opening: Opening) -> None:
    page = live(opening("/"))
    page.route("**/news", lambda route: route.abort())
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    page.reload()
    expect(page.locator(".live")).to_have_text("connection lost, trying again")
