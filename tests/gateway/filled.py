"""A store that holds what unify wrote of a small world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from commonline.gateway.project.batch import Input, project
from commonline.gateway.project.feeds import Feeds
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName, Viewer
from commonline.schemas.codec import decode_conversation_activity, decode_feed_activity, decode_link, decode_person
from commonline.schemas.records import Activity, Control, Visibility
from commonline.streams.unify.turn import Output
from tests.streams.unify.world import World, activity, configuration, party

ANA = party("facebook:1/ana", "Ana", claims=["mailto:ana@example.org"])
AGENT = party("zendesk:acme/7", "Ben", us=True)
DECODERS: dict[str, Callable[[bytes], Any]] = {
    "feed": decode_feed_activity,
    "conversations": decode_conversation_activity,
    "persons": decode_person,
    "links": decode_link,
}
ROOT = Viewer("root", administrator=True)


def viewer(*departments: str, visibility: Visibility = "restricted", workspace: str = "acme") -> Viewer:
    """Somebody of these departments."""
    return Viewer("-".join(departments), frozenset(FeedName(workspace, one) for one in departments), visibility)


def inputs(outputs: Iterable[Output]) -> list[Input]:
    """What the gateway reads of what unify wrote, in its order."""
    return [
        Input(DECODERS[output.where](output.value), output.key.hex()) for output in outputs if output.where in DECODERS
    ]


def fill(store: Store, found: Sequence[Input], *, batch: int = 1000) -> None:
    """Project, so many records in a transaction."""
    for start in range(0, len(found), batch):
        with store.writing() as connection:
            project(connection, Feeds(connection), found[start : start + batch])


def story() -> list[Activity | Control]:
    """A public complaint, an inner note, an answer; and a complaint of somebody else that nobody has answered."""
    page = "facebook:1/post"
    return [
        configuration(),
        activity("facebook:1/c1", text="My kettle leaks!", actor=ANA, thread=page, at=1),
        activity(
            "zendesk:acme/n1", text="Café crème on the socket", actor=AGENT, thread=page, at=2, visibility="internal"
        ),
        activity("facebook:1/c2", text="Still leaking", actor=ANA, thread=page, at=3),
        activity("facebook:1/d1", text="Where is my order 4711?", actor=party("facebook:1/eve", "Eve"), at=4),
    ]


def told(*records: Activity | Control) -> World:
    """The world after these records."""
    return World().take(*records)
