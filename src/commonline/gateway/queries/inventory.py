"""What the gateway answers about all that is no conversation: persons, feeds, sources, findings, dead letters."""

from __future__ import annotations

from uuid import UUID

from commonline.configuration.departments import Policy, Rule
from commonline.schemas.model import Model, Time
from commonline.schemas.models import Finding, Link
from commonline.schemas.models import Person as PersonRecord
from commonline.schemas.records import Side, Step, Visibility


class PersonSeen(Model):
    """A person as one feed shows it."""

    id: str
    """In a department's feed an id that is good for that feed only; in the whole the person's own."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    department: str | None
    """Department through whose feed it is seen. Null: the whole (administrators)."""
    name: str | None
    """Name as last shown."""
    side: Side
    """Whose side it is on."""
    accounts: tuple[str, ...]
    """Accounts as shown, the one that moved last first."""
    moved: Time
    """Newest entry with this person."""
    conversations: int
    """Conversations with this person that are seen here."""


class PersonDetail(Model):
    """A person."""

    id: str
    """Id that it has now; ids of merged persons lead to it."""
    seen: tuple[PersonSeen, ...]
    """How feeds show it."""
    record: PersonRecord | None
    """All accounts, consents and organisations (administrators)."""
    links: tuple[Link, ...]
    """Evidence that joins its accounts, or keeps others apart (administrators)."""


class Feed(Model):
    """A feed that exists for this viewer."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    department: str
    """Department whose feed it is."""
    title: str | None
    """Its name for people."""
    clearance: Visibility | None
    """The tightest visibility that the department may see. Null: it stands in no configuration any more."""
    conversations: int
    """Conversations that this viewer sees in it."""
    waiting: int
    """Of them, those in which somebody waits for an answer."""
    entries: int
    """Entries that this viewer sees in it."""
    moved: Time | None
    """Newest movement that this viewer sees."""
    seq: int
    """Number of its last record; 0 for viewers from whom something of the feed may be hidden."""
    known: Time
    """When the line learned it."""
    exact_since: Time | None
    """From this moment on `as_of` is exact. Null: ever since the feed began."""
    rules: tuple[Rule, ...] | None
    """Rules in force, as configured (administrators)."""
    policy: Policy | None
    """Policy in force, as configured (administrators)."""


class Deliveries(Model):
    """What became of a source's deliveries."""

    received: int
    """Deliveries that lie in the log."""
    replayed: int
    """Of them, those that were given to the line once more."""
    activities: int
    """Activities that they became."""
    ignored: dict[str, int]
    """Entries ignored, by the rule's name."""
    dead: int
    """Dead letters."""
    parked: int
    """Deliveries set aside by a breaker."""
    waiting: int
    """Deliveries that are not processed yet."""
    last: Time | None
    """When it delivered last."""
    paused: bool
    """Whether somebody has paused it."""
    breaker_open: bool
    """Whether its deliveries are set aside because most of them died."""


class Source(Model):
    """A source of which this viewer sees something."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    source: str
    """Configured instance of a connector."""
    connector: str | None
    """Product."""
    entries: int
    """Entries from it that this viewer sees."""
    moved: Time | None
    """Newest entry that this viewer sees."""
    complete_until: Time | None
    """All that it delivered before is in the feeds, ignored by a rule, dead or parked. Null: not known."""
    on_their_way: int | None
    """Deliveries and activities on their way, when that was found."""
    deliveries: Deliveries | None
    """What became of its deliveries (administrators that ask for it)."""


class Sources(Model):
    """Sources and their health."""

    items: tuple[Source, ...]
    """By workspace and name."""
    audited: Time | None
    """When the audit last said how far sources are complete."""


class Findings(Model):
    """What the audit found."""

    items: tuple[Finding, ...]
    """Unsettled ones first, the newest first."""


class Letter(Model):
    """A dead letter."""

    id: UUID
    """Id of the letter."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    connector: str
    """Product."""
    source: str
    """Configured instance of the connector."""
    step: Step
    """Failed step."""
    cause: str
    """Error class."""
    message: str
    """What went wrong."""
    path: str | None
    """Where in the payload."""
    entry: int | None
    """Part of a delivery that holds several."""
    fingerprint: str
    """Groups equal failures."""
    software: str
    """Version that failed."""
    attempts: int
    """Tries so far."""
    failed: Time
    """When it failed."""
    replayed: bool
    """Whether it was given to the line once more."""


class Line(Model):
    """A line of a payload."""

    text: str
    """The line."""
    here: bool
    """Whether it is the place that failed."""


class LetterDetail(Letter):
    """A dead letter with what failed."""

    request: str | None
    """Method, path and query of the delivery."""
    content_type: str | None
    """Media type as sent."""
    body: str | None
    """The payload, as UTF-8. Null: nobody has it any more."""
    marked: tuple[Line, ...]
    """The payload pretty-printed, the failed place marked; empty when it is no JSON."""


class Replayed(Model):
    """What a replay did."""

    deliveries: int
    """Deliveries that were given to the line once more."""
    lost: int
    """Letters whose original nobody has any more."""
