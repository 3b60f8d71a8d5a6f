"""A fixed log of activities as a mid-sized brand has them: the same bytes at every call.

70 % comments in 3,000 threads, 10 % tickets and mails whose senders claim an address, 10 % edits, 5 % repeats,
5 % likes. Texts of about 200 characters; some hold links, addresses, telephone and ticket numbers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import msgspec

from commonline.configuration.defaults import default_departments
from commonline.ids import uuid5
from commonline.schemas.codec import encode_activity, encode_control
from commonline.schemas.records import Activity, Claim, Control, Object, Origin, Party, Reference, Thread
from commonline.streams.unify.rules import DepartmentSpec, PolicySpec, RuleSpec, UnifyConfiguration

WORKSPACE = "acme"
START = 1_790_000_000_000_000
SECOND = 1_000_000
THREADS = 3000
PEOPLE = 8000
CUSTOMERS = 30_000
WORDS = tuple(
    """kettle leaks base since Tuesday nobody answers phone what can do bought it in spring works well until water steam
    lid switch cable warranty shop return money please help thanks team great service slow again order parcel arrived
    broken handle colour blue new model price offer friend family kitchen morning tea""".split()  # noqa: SIM905 - prose
)
FIRST = ("Ana", "Bob", "Chiara", "Dov", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Milan", "Noor")
LAST = ("Silva", "Brandt", "Conti", "Levi", "Kaya", "Adeyemi", "Olsen", "Moreau", "Costa", "Sato", "Mensah", "Weiss")


def configuration() -> Control:
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
    return Control(id=uuid5("configuration", text), workspace=WORKSPACE, kind="configuration", at=START, body=text)


@dataclass
class Log:
    """Makes the log. `values` holds encoded activities, repeats included."""

    random: random.Random = field(default_factory=lambda: random.Random(7))
    values: list[bytes] = field(default_factory=list)
    told: list[Activity] = field(default_factory=list)
    opened: set[int] = field(default_factory=set)
    tickets: list[tuple[str, int]] = field(default_factory=list)
    at: int = START

    def fill(self, count: int) -> Log:
        """Add activities until there are `count`."""
        makers = (self._comment, self._care, self._edit, self._repeat, self._like)
        while len(self.values) < count:
            self.at += self.random.randrange(SECOND // 2)
            make = self.random.choices(makers, weights=(70, 10, 10, 5, 5))[0] if self.told else self._comment
            made = make()
            if made is not None:
                self.told.append(made)
                self.values.append(encode_activity(made))
        return self

    def _text(self) -> str:
        words = self.random.choices(WORDS, k=34)
        chance = self.random.random()
        if chance < 0.03:
            words.append(f"see https://shop.example/p/{self.random.randrange(10**6)}?utm_source=x")
        elif chance < 0.05:
            words.append(f"write to {self.random.choice(FIRST).lower()}{self.random.randrange(99)}@example.org")
        elif chance < 0.07:
            words.append(f"call +49 30 {self.random.randrange(10**6, 10**7)}")
        elif chance < 0.08:
            words.append(f"my ticket #{self.random.randrange(10**4, 10**5)}")
        elif chance < 0.18:
            words.append(f"for {self.random.randrange(20, 90)} euro, on 12.05.2026")
        return " ".join(words) + "."

    def _activity(self, object_id: str, **more: Any) -> Activity:
        base: dict[str, Any] = {
            "workspace": WORKSPACE,
            "connector": "facebook",
            "source": "page",
            "event": "feed.comment.add",
            "type": "Create",
            "channel": "comment",
            "direction": "inbound",
            "visibility": "public",
            "published": self.at,
            "clock": "source",
            "received": self.at + 40_000,
            "our_account": "facebook:page/1",
            "origin": Origin(uuid5("delivery", str(len(self.values))), "deliveries.v1", 0, len(self.values)),
        }
        made = base | more
        revision = made.pop("revision", "")
        identifier = uuid5(WORKSPACE, made.get("edge") or object_id, made["type"], revision)
        return Activity(id=identifier, **made)

    def _name(self, number: int) -> str:
        return f"{FIRST[number % len(FIRST)]} {LAST[number // len(FIRST) % len(LAST)]}"

    def _comment(self) -> Activity:
        post, person = self.random.randrange(THREADS), self.random.randrange(PEOPLE)
        thread = f"facebook:page/1/post/{post:08}"
        first = post not in self.opened
        self.opened.add(post)
        object_id = thread if first else f"{thread}_{len(self.values):010}"
        account = f"facebook:page/1/user/{person:08}"
        return self._activity(
            object_id,
            actor=Party(account, "person", "customer", "author", self._name(person)),
            object=Object(object_id, "Note", text=self._text(), url=f"https://face.example/{object_id[14:]}"),
            thread=Thread(thread, title="Our new kettle"),
            references=[] if first else [Reference("reply", thread)],
            channel="post" if first else "comment",
        )

    def _care(self) -> Activity:
        mail = self.random.random() < 0.5
        if self.tickets and self.random.random() < 0.6:
            thread, person = self.random.choice(self.tickets)
        else:
            person = self.random.randrange(CUSTOMERS)
            thread = f"email:acme/{len(self.values)}" if mail else f"zendesk:acme/ticket/{10_000 + len(self.values)}"
            self.tickets.append((thread, person))
        mail = thread.startswith("email")
        address = f"mailto:customer{person}@example.org"
        claims = [] if mail else [Claim("same_as", address, "verified")]
        account = address if mail else f"zendesk:acme/user/{person}"
        object_id = f"{thread}/{len(self.values)}"
        agent = Party("zendesk:acme/user/agent7", "person", "us", "agent", "Sam Support")
        return self._activity(
            object_id,
            connector="email" if mail else "zendesk",
            source="mailbox" if mail else "desk",
            event="message" if mail else "ticket.comment",
            actor=Party(account, "person", "customer", "author", self._name(person), claims=claims),
            participants=[agent],
            object=Object(object_id, "Note", text=self._text(), title="My kettle leaks"),
            thread=Thread(thread, title="My kettle leaks", state="open"),
            channel="email" if mail else "ticket",
            visibility="customer",
            our_account="mailto:help@acme.example",
        )

    def _edit(self) -> Activity:
        old = self.random.choice(self.told[-20_000:])
        obj = msgspec.structs.replace(old.object, text=self._text(), version=str(self.at))
        kept = {name: getattr(old, name) for name in ("connector", "source", "actor", "participants", "thread")}
        kept |= {name: getattr(old, name) for name in ("channel", "visibility", "our_account")}
        return self._activity(obj.id, type="Update", event="edited", object=obj, revision=str(self.at), **kept)

    def _repeat(self) -> None:
        self.values.append(self.random.choice(self.values[-50_000:]))

    def _like(self) -> Activity:
        old = self.random.choice(self.told[-20_000:])
        person = self.random.randrange(PEOPLE)
        account = f"facebook:page/1/user/{person:08}"
        return self._activity(
            old.object.id,
            type="Like",
            event="feed.like.add",
            edge=f"{old.object.id}/like/{account}",
            actor=Party(account, "person", "customer", "author", self._name(person)),
            object=Object(old.object.id, old.object.type),
            thread=old.thread,
            visibility=old.visibility,
        )


def log(count: int) -> tuple[bytes, list[bytes]]:
    """The configuration record and `count` activities, as Avro without frames."""
    return encode_control(configuration()), Log().fill(count).values
