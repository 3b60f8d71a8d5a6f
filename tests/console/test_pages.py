from __future__ import annotations

from uuid import uuid4

import pytest
from tests.console.conftest import Browser
from tests.console.page import Shown
from tests.gateway.filled import ROOT, fill, inputs, story, told, viewer
from tests.streams.unify.world import activity

from commonline.gateway.store.engine import Store

SERVICE = viewer("service", visibility="internal")
ROWS = "//li[contains(@class, 'row')]"


def kettle(browser: Browser) -> str:
    """Address of the conversation about the kettle."""
    shown = Shown(browser(ROOT).get("/").text)
    (found,) = shown.all(f"{ROWS}[.//*[contains(text(), 'My kettle leaks')]]/a/@href")
    return found


def test_the_list_has_the_newest_movement_first_and_who_waits(browser: Browser) -> None:
    shown = Shown(browser(ROOT).get("/").text)
    assert shown.words(f"{ROWS}//*[@class='who']") == "Eve"
    assert len(shown.all(ROWS)) == 2
    assert all("waits" in wait for wait in shown.all(f"{ROWS}//*[@class='wait']"))
    assert shown.all("//ul[@class='rows']/@data-live") == ["/news"]


def test_a_conversation_is_unread_until_it_was_opened(browser: Browser) -> None:
    asking = browser(SERVICE)
    assert len(Shown(asking.get("/").text).all(f"{ROWS}[@data-unread]")) == 2
    assert asking.get(kettle(browser)).status_code == 200
    assert len(Shown(asking.get("/?unread=1").text).all(ROWS)) == 1
    assert len(Shown(browser(ROOT).get("/?unread=1").text).all(ROWS)) == 2  # another viewer has not


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=kettle", 1),
        ("text=nothing-of-the-kind", 0),
        ("channel=comment", 2),
        ("waiting=1", 2),
        ("feed=acme/hr", 0),
    ],
)
def test_filters_narrow_the_list(browser: Browser, query: str, found: int) -> None:
    assert len(Shown(browser(ROOT).get(f"/?{query}").text).all(ROWS)) == found


@pytest.mark.parametrize("query", ["channel=smoke", "state=%00", "text=%00", "unread=yes", "feed=%00/%00", "zone=x"])
def test_filters_that_make_no_sense_are_not_asked_for(browser: Browser, query: str) -> None:
    assert browser(ROOT).get(f"/?{query}").status_code == 200


def test_a_row_is_asked_for_alone_and_only_where_the_filters_have_it(browser: Browser) -> None:
    asking, name = browser(ROOT), kettle(browser).rpartition("/")[2]
    assert "My kettle leaks" in asking.get(f"/rows/{name}").text
    assert asking.get(f"/rows/{name}?text=4711").status_code == 204
    assert asking.get(f"/rows/{uuid4()}").status_code == 204


def test_a_timeline_tells_inner_notes_apart_from_what_was_said_outside(browser: Browser) -> None:
    shown = Shown(browser(ROOT).get(kettle(browser)).text)
    assert shown.all("//li[contains(@class, 'entry')]//*[@class='name']") == ["Ana", "Ben", "Ana"]
    assert "internal" in shown.words("//li[contains(@class, 'entry')][2]/header")
    assert "facebook:1/ana" in shown.words("//aside")


def test_a_department_sees_its_feed_and_no_account(browser: Browser) -> None:
    pr = viewer("pr", visibility="customer")
    shown = Shown(browser(pr).get(kettle(browser)).text)
    assert "Café" not in shown.words()
    assert "facebook:1/ana" not in shown.words()
    assert "Why these threads are one" not in shown.words()


def test_what_a_viewer_may_not_see_does_not_exist(browser: Browser) -> None:
    stranger = browser(viewer("hr", workspace="other"))
    for address in (kettle(browser), f"{kettle(browser)}/sides", f"/conversations/{uuid4()}"):
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "kettle" not in answer.text
    assert stranger.get(f"{kettle(browser)}/timeline").status_code == 404
    assert Shown(stranger.get("/").text).all(ROWS) == []


def test_edits_are_shown_with_what_was_there_before_and_deletions_without(browser: Browser, store: Store) -> None:
    edit = activity("facebook:1/c2", text="Still leaking, badly", kind="Update", revision="2", version="2", at=5)
    taken = activity("facebook:1/c1", text=None, kind="Delete", revision="3", at=6)
    fill(store, inputs(told(*story(), edit, taken).outputs))
    shown = Shown(browser(ROOT).get(kettle_of(browser, "Still leaking")).text)
    assert ", badly" in shown.all("//details[@class='past']//ins")
    gone = shown.words("//li[@data-deleted]")
    assert "taken back" in gone or "deleted" in gone
    assert "My kettle leaks!" not in shown.words("//ol")


def kettle_of(browser: Browser, text: str) -> str:
    """Address of the conversation whose row has this text."""
    shown = Shown(browser(ROOT).get("/").text)
    return shown.all(f"{ROWS}[.//*[contains(text(), '{text}')]]/a/@href")[0]


def test_side_by_side_all_departments_were_told_of_the_same_facts(browser: Browser) -> None:
    shown = Shown(browser(ROOT).get(f"{kettle(browser)}/sides").text)
    assert shown.all("//thead//th[position() > 1]") == ["marketing", "pr", "service"]
    assert "hashes differ" not in shown.words()
    note = shown.all("//tbody/tr[2]/td")
    assert "not in this feed" in note[0]
    assert "Café" in note[2]


def test_pages_are_kept_by_nobody_and_static_files_for_good(browser: Browser) -> None:
    asking = browser(ROOT)
    page = asking.get("/")
    assert page.headers["cache-control"] == "no-store"
    (sheet, *_) = Shown(page.text).all("//link[@rel='stylesheet']/@href")
    assert "immutable" in asking.get(sheet).headers["cache-control"]
    assert asking.get("/static/../app.py").status_code == 404
    assert asking.get("/static/nothing.css").status_code == 404


def test_times_are_those_of_the_zone_that_the_browser_told(browser: Browser) -> None:
    first, there = (
        Shown(asking.get(kettle(browser)).text).words("//li[contains(@class, 'entry')]//time")
        for asking in (browser(ROOT), browser(ROOT, console_zone="Asia%2FKolkata"))
    )
    assert (int(there[3:]) - int(first[3:])) % 60 == 30  # half past: five and a half hours east


def test_the_theme_of_the_cookie_is_there_from_the_first_byte(browser: Browser) -> None:
    assert Shown(browser(ROOT, console_theme="dark").get("/").text).all("/html/@data-theme") == ["dark"]
    assert Shown(browser(ROOT, console_theme='"><script>').get("/").text).all("/html/@data-theme") == []
