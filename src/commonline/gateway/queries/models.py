"""What the gateway answers, as typed models. Times are in UTC here; they are told in the viewer's zone by `api`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from commonline.gateway.project.mood import Mood
from commonline.schemas.model import Model, Time
from commonline.schemas.models import Activity, PartyPerson, Redaction
from commonline.schemas.records import Channel, Side, ThreadState, Visibility


class Participant(Model):
    """Somebody who takes part in a conversation."""

    person: str
    """Id of the person: in a department's feed one that is good for that feed only, else the person's own."""
    name: str | None = None
    """Name as last shown, as far as the department may see it."""
    side: Side
    """Whose side the person is on."""


class Conversation(Model):
    """A conversation as one feed shows it to this viewer."""

    id: UUID
    """Id of the conversation. Ids of merged conversations lead to the one that they are part of."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    department: str | None
    """Department through whose feed it is seen. Null: the whole, unredacted (administrators)."""
    departments: tuple[str, ...]
    """Departments that have it, of those that exist for this viewer."""
    opened: Time
    """Oldest movement that is seen here."""
    moved: Time
    """Newest movement."""
    known: Time
    """When the line learned the newest."""
    entries: int
    """Entries of the timeline."""
    messages: int
    """Of them, those in which somebody said something."""
    channels: tuple[Channel, ...]
    """Kinds of place, in the order in which they came up."""
    state: ThreadState
    """Open if any of its threads is, else pending, else closed."""
    visibility: Visibility
    """The tightest that is seen in it."""
    waits_since: Time | None
    """First message from outside that no answer of ours has followed. Null: nobody waits."""
    waits_s: float | None
    """Seconds since then."""
    glad: int
    """Signs of a good mood that people from outside gave themselves: stars, reactions, emoji."""
    sorry: int
    """Signs of a bad mood."""
    mood: Mood
    """What the signs come to. Words are not judged."""
    first_text: str | None
    """How the first message begins."""
    last_text: str | None
    """How the newest entry begins."""
    people: tuple[Participant, ...]
    """Who takes part, whoever moved last first; at most eight."""
    unread: bool
    """Whether there is something that this viewer has not marked as read."""


class AsOf(Model):
    """What an answer about the past rests on."""

    at: Time
    """The moment that was asked for: what the line knew then."""
    exact: bool
    """Whether the answer is all that could be seen then. False: everything in it could be, but what was replaced
    since, before the log was read for this database, is missing."""
    exact_since: Time | None
    """From this moment on answers are exact. Null: ever since the feed began."""


class Entry(Model):
    """One entry of a timeline: an object as it is now, or was."""

    object: str
    """Key of the object; the same in all feeds and for all its versions."""
    conversation: UUID
    """Conversation that it belongs to."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    department: str | None
    """Department through whose feed it is seen. Null: the whole, unredacted (administrators)."""
    seq: int
    """Number of the record that said so, in its feed; 0 for viewers from whom something of the feed may be hidden."""
    at: Time
    """When it happened: the earlier of published and received."""
    known: Time
    """When the line learned it."""
    visibility: Visibility
    """Effective visibility."""
    edited: bool
    """Whether it was shown otherwise before."""
    removed: bool
    """Whether it was taken back; its content is then shown to administrators only."""
    item: Activity | None
    """The activity, redacted as the department may see it."""
    persons: tuple[PartyPerson, ...]
    """Person of each account in it."""
    redactions: tuple[Redaction, ...]
    """What was taken away."""
    rules: tuple[str, ...]
    """Routing rules that matched."""
    policy: str | None
    """policy@version that redacted it."""
    fact: Annotated[str | None, Field(pattern="^[0-9a-f]{32}$")]
    """Equal in every feed that has the same activity, however redacted."""


class ConversationDetail(Conversation):
    """A conversation with a page of its timeline."""

    as_of: AsOf | None
    """Set when a moment in the past was asked for."""
    timeline: tuple[Entry, ...]
    """Entries in the order in which they happened."""
    next: str | None
    """Give it as `cursor` for the next page of the timeline. Null: this is the last one."""


class Volume(Model):
    """What moved in one span of time."""

    begin: Time
    """Begin of the span."""
    group: str
    """Channel, source or department."""
    entries: int
    """Entries of timelines."""
    inbound: int
    """Messages to us."""
    outbound: int
    """Messages from us."""
    replies: int
    """Of them, those that answered somebody who waited."""
    reply_s_mean: float | None
    """Mean time to these answers, seconds."""
    reply_s_median: float | None
    """Median of it."""
    reply_s_max: float | None
    """Longest of it."""


class Volumes(Model):
    """Volume and response time over time."""

    since: Time
    """Begin."""
    until: Time
    """End."""
    bucket_s: int
    """Length of a span, seconds."""
    items: tuple[Volume, ...]
    """By time and group; spans in which nothing moved are left out."""


class Busy(Model):
    """A conversation, and how much moved in it."""

    conversation: Conversation
    """The conversation."""
    messages: int
    """Messages in the span of time that was asked for."""


class Busiest(Model):
    """Conversations in which most was said."""

    since: Time
    """Begin."""
    until: Time
    """End."""
    items: tuple[Busy, ...]
    """The busiest first."""


class Problem(Model):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Field(examples=["about:blank"])] = "about:blank"
    """Kind of problem."""
    title: Annotated[str, Field(examples=["Not Found"])]
    """The kind in words."""
    status: Annotated[int, Field(examples=[404])]
    """HTTP status."""
    detail: Annotated[str, Field(examples=["there is no such conversation"])]
    """This case in words."""
