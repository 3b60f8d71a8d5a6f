"""The log that unify is measured on: activities as a mid-sized brand has them, the same bytes at every call.

Of 100 records: 40 comments of customers below posts of the brand's page (3,000 posts, few of them hot; 20,000 people,
few of them busy), 7 answers of the page, 12 direct messages (10,000 people, customers' eyes only), 15 messages of
customers in tickets and mails (30,000 customers; six of ten come into a case that is open; a ticket's requester claims
the address that mails are sent from, so that persons grow over channels), 6 replies of agents, 4 internal notes,
5 edits, 1 deletion, 5 likes, and 5 repeats of one of the last 50,000 records.

Texts: comments about 110 characters, direct messages 80, mails and tickets 450. What redaction looks for, per 100:
comments hold 3 links, 0.5 addresses, 0.5 telephone numbers, 1 number of an order, 2 names of people; direct messages
3 links, 4 addresses, 4 telephone numbers, 8 orders; mails and tickets 8 links, 15 signatures with address and number,
10 orders; 60 of 100 replies of agents call the customer by name. One of 200 comments says a word of the press's rule,
one of 500 mails a word of hiring's. Dates and amounts, which only look like numbers, stand in a tenth of all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from bench.prose import FIRST, LAST, PEOPLE, Prose, name_of

from commonline.configuration.defaults import default_departments
from commonline.ids import uuid5
from commonline.schemas.codec import encode_activity, encode_control
from commonline.schemas.records import Activity, Claim, Container, Control, Object, Origin, Party, Reference, Thread
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec, UnifyConfiguration

WORKSPACE = "acme"
START = 1_790_000_000_000_000
SECOND = 1_000_000
POSTS = 3000
WRITERS = 10_000
CUSTOMERS = 30_000
PAGE = Party("facebook:page1", "organisation", "us", "author", "Acme Kettles")
AGENTS = 12


def configuration(workspace: str = WORKSPACE) -> Control:
    """The four default departments."""
    departments = {
        name: DepartmentSpec(
            clearance=department.clearance,
            rules=[RuleSpec(**rule.model_dump()) for rule in department.rules],
            policy=PolicySpec(**department.policy.model_dump()),
        )
        for name, department in default_departments().items()
    }
    text = msgspec.json.encode(UnifyConfiguration(departments, 48 * 3600 * SECOND, "DE", "k1")).decode()
    return Control(id=uuid5("configuration", text), workspace=workspace, kind="configuration", at=START, body=text)


@dataclass
class Log(Prose):
    """Makes the log, without end and in bounded memory.

    `recent` holds encoded activities that may be repeated, `told` what may be edited, deleted or liked, `cases` tickets
    and mail threads that are open.
    """

    workspace: str = WORKSPACE
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=50_000))
    told: deque[Activity] = field(default_factory=lambda: deque(maxlen=20_000))
    cases: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=5000))
    opened: set[int] = field(default_factory=set)
    number: int = 0
    at: int = START

    def stream(self) -> Iterator[bytes]:
        """One encoded activity after the other, repeats included."""
        weighed: dict[Callable[[], Activity | None], int] = {
            self._comment: 40,
            self._answer: 7,
            self._message: 12,
            self._case: 15,
            self._reply: 6,
            self._note: 4,
            self._edit: 5,
            self._delete: 1,
            self._like: 5,
            self._repeat: 5,
        }
        makers = [maker for maker, weight in weighed.items() for _ in range(weight)]
        while True:
            self.at += int(self.random.random() * SECOND / 2)
            made = makers[int(self.random.random() * 100)]() if len(self.told) > 50 else self._comment()
            value = encode_activity(made) if made is not None else self._repeated()
            self.recent.append(value)
            self.number += 1
            yield value

    def _activity(self, object_id: str, **more: Any) -> Activity:
        base: dict[str, Any] = {
            "workspace": self.workspace,
            "connector": "facebook",
            "source": "page",
            "event": "feed.comment",
            "type": "Create",
            "channel": "comment",
            "direction": "inbound",
            "visibility": "public",
            "published": self.at,
            "clock": "source",
            "received": self.at + 40_000,
            "our_account": "facebook:page1",
            "origin": Origin(uuid5("delivery", str(self.number)), "deliveries.v1", 0, self.number),
        }
        made = base | more
        revision = made.pop("revision", "")
        return Activity(id=uuid5(self.workspace, made.get("edge") or object_id, made["type"], revision), **made)

    def _tell(self, made: Activity) -> Activity:
        self.told.append(made)
        return made

    def _post(self) -> tuple[str, bool]:
        post = self._below(POSTS, 3)
        new = post not in self.opened
        self.opened.add(post)
        return f"facebook:page1/post/page1_{post:015}", new

    def _below_post(self, actor: Party, text: str, direction: str) -> Activity:
        thread, new = self._post()
        if new:
            actor, text, direction = PAGE, self._text(30, link=40, mail=0, phone=0, order=0), "outbound"
        object_id = thread if new else f"facebook:page1/comment/{thread[-15:]}_{self.number:015}"
        return self._tell(
            self._activity(
                object_id,
                actor=actor,
                object=Object(object_id, "Note", text=text, url=f"https://face.example/{object_id[15:]}"),
                thread=Thread(thread, title="Our new kettle", container=Container("facebook:page1", "page")),
                references=[] if new else [Reference("parent", thread)],
                channel="post" if new else "comment",
                direction=direction,
            )
        )

    def _comment(self) -> Activity:
        person = self._below(PEOPLE, 2)
        actor = Party(f"facebook:page1/user/{person:016}", "person", "customer", "author", name_of(person))
        return self._below_post(actor, self._comment_text(), "inbound")

    def _answer(self) -> Activity:
        text = self._text(16, link=10, mail=2, phone=2, order=0)
        return self._below_post(PAGE, f"{self.random.choice(FIRST)}, {text}", "outbound")

    def _message(self) -> Activity:
        person = self._below(WRITERS, 2)
        object_id = f"facebook:page1/message/m_{self.number:020}"
        account = f"facebook:page1/psid/{person:016}"
        return self._tell(
            self._activity(
                object_id,
                event="messages",
                actor=Party(account, "person", "customer", "author", name_of(person)),
                participants=[Party("facebook:page1", "organisation", "us", "to")],
                object=Object(object_id, "Note", text=self._text(13, link=3, mail=4, phone=4, order=8)),
                thread=Thread(f"facebook:page1/messenger/{person:016}", container=Container("facebook:page1", "page")),
                channel="direct_message",
                visibility="customer",
            )
        )

    def _case(self) -> Activity:
        if self.cases and self._chance(60):
            thread, person = self.cases[-1 - self._below(len(self.cases))]
        else:
            person, number = self._below(CUSTOMERS, 2), self.number
            thread = f"email:acme/{number}@example.org" if self._chance(50) else f"zendesk:acme/ticket/{number}"
            self.cases.append((thread, person))
        return self._in_case(thread, person, self._customer(thread, person), self._case_text(person))

    @staticmethod
    def _customer(thread: str, person: int) -> Party:
        address = f"mailto:customer{person}@example.org"
        if thread.startswith("email"):
            return Party(address, "person", "customer", "author", name_of(person))
        claims = [Claim("same_as", address, "verified")]
        return Party(f"zendesk:acme/user/{person}", "person", "customer", "author", name_of(person), claims=claims)

    def _in_case(self, thread: str, person: int, actor: Party, text: str, **more: Any) -> Activity:
        mail, object_id = thread.startswith("email"), f"{thread}/{self.number}"
        agent = Party("mailto:help@acme.example" if mail else "zendesk:acme/user/agent7", "person", "us", "assignee")
        customer = msgspec.structs.replace(self._customer(thread, person), role="requester")
        return self._tell(
            self._activity(
                object_id,
                connector="email" if mail else "zendesk",
                source="mailbox" if mail else "desk",
                event="message" if mail else "zen:event-type:ticket.comment_added",
                actor=actor,
                participants=[agent] if actor.side == "customer" else [customer],
                object=Object(object_id, "Note", text=text, title="My kettle leaks" if mail else None),
                thread=Thread(
                    thread, title="My kettle leaks", state="open", container=Container("zendesk:acme/group/4", "queue")
                ),
                channel="email" if mail else "ticket",
                our_account="mailto:help@acme.example" if mail else "zendesk:acme",
                **({"visibility": "customer"} | more),
            )
        )

    def _by_agent(self, text: Callable[[int], str], **more: Any) -> Activity:
        if not self.cases:
            return self._case()
        thread, person = self.cases[-1 - self._below(len(self.cases))]
        number = self._below(AGENTS)
        agent = Party(f"zendesk:acme/user/agent{number}", "person", "us", "author", f"Sam {LAST[number]}")
        return self._in_case(thread, person, agent, text(person), **more)

    def _reply(self) -> Activity:
        def text(person: int) -> str:
            made = self._text(50, link=20, mail=2, phone=5, order=15)
            return f"Hello {name_of(person)}, {made}" if self._chance(60) else made

        return self._by_agent(text, direction="outbound")

    def _note(self) -> Activity:
        def text(_person: int) -> str:
            return self._text(15, link=3, mail=3, phone=5, order=10)

        return self._by_agent(text, direction="internal", visibility="internal")

    def _old(self) -> Activity:
        return self.told[-1 - self._below(len(self.told))]

    def _edit(self) -> Activity:
        old = self._old()
        obj = msgspec.structs.replace(old.object, text=self._comment_text(), version=str(self.at))
        return self._again(old, type="Update", object=obj, revision=str(self.at), actor=old.actor)

    def _delete(self) -> Activity:
        old = self._old()
        obj = Object(old.object.id, old.object.type, version=str(self.at))
        return self._again(old, type="Delete", object=obj, revision=str(self.at))

    def _again(self, old: Activity, **more: Any) -> Activity:
        kept = ("connector", "source", "event", "participants", "thread", "channel", "direction", "visibility")
        return self._activity(
            old.object.id, our_account=old.our_account, **{name: getattr(old, name) for name in kept}, **more
        )

    def _like(self) -> Activity:
        old = self._old()
        while old.connector != "facebook" or old.channel == "direct_message":
            old = self._old()
        person = self._below(PEOPLE, 2)
        account = f"facebook:page1/user/{person:016}"
        return self._activity(
            old.object.id,
            type="Like",
            event="feed.like",
            edge=f"{old.object.id}/like/{account}",
            actor=Party(account, "person", "customer", "author", name_of(person)),
            object=Object(old.object.id, old.object.type),
            thread=old.thread,
            reaction="like",
        )

    def _repeat(self) -> None:
        """Nothing new."""

    def _repeated(self) -> bytes:
        return self.recent[-1 - self._below(len(self.recent))]


def log(count: int, workspace: str = WORKSPACE) -> tuple[bytes, list[bytes]]:
    """The configuration record and `count` activities, as Avro without frames."""
    return encode_control(configuration(workspace)), list(islice(Log(workspace=workspace).stream(), count))
