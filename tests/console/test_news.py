from __future__ import annotations

from commonline.console import news
from commonline.console.news import Listener, Moved, wanted
from commonline.gateway.viewer import FeedName, Viewer

SERVICE, HR, WHOLE = FeedName("acme", "service"), FeedName("acme", "hr"), FeedName("acme", "")
CUSTOMER, RESTRICTED = 1, 4


def test_news_is_of_feeds_that_the_viewer_reads_and_of_what_it_sees() -> None:
    viewer = Viewer("ana", frozenset({SERVICE}), "customer")
    moved = [Moved(SERVICE, "a", CUSTOMER), Moved(HR, "b", CUSTOMER), Moved(SERVICE, "c", RESTRICTED)]
    assert wanted([*moved, Moved(WHOLE, "d", 0)], viewer) == ["a"]


def test_an_administrator_hears_of_everything_once() -> None:
    viewer = Viewer("root", administrator=True)
    assert wanted([Moved(WHOLE, "a", 4), Moved(SERVICE, "a", 0), Moved(HR, "b", 0)], viewer) == ["a", "b"]


async def test_a_page_is_told_of_a_conversation_once_however_often_it_moved() -> None:
    listener = Listener(Viewer("ana"))
    listener.tell(["a", "b"])
    listener.tell(["a"])
    assert await listener.next() == ["a", "b"]


async def test_a_page_that_does_not_listen_forgets_the_oldest() -> None:
    listener = Listener(Viewer("ana"))
    listener.tell(str(number) for number in range(news.MOST_WAITING + 2))
    assert (await listener.next())[0] == "2"
