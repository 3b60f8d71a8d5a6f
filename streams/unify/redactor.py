"""What takes personal data away: one policy at work on one activity.

People keep one pseudonym within a conversation. What the source knows of someone by address (claims, accounts, names)
is taken from texts as well, by value and by pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from commonline.ids import SEPARATOR, KeyedNames
from commonline.schemas.records import Party
from commonline.streams.unify.patterns import IN_ACCOUNTS, MASKED, MASKS, account_kind, mask
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.texts import ACCOUNT, ADDRESS, HANDLE, NAME, PHONE

SHORTEST_NAME = 3
SHORTEST_NATIVE = 5
"""A native id of fewer characters is too common a number to look for."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_KIND_NAMES = {ADDRESS: "email", PHONE: "phone", 0: "account"}


class Hashes:
    """Keyed hashes of what a feed shows instead of a name, a person's id and an id."""

    __slots__ = ("identifier", "name", "person")

    def __init__(self, secret: bytes) -> None:
        self.name = KeyedNames(secret, f"name{SEPARATOR}", 4)
        self.person = KeyedNames(secret, f"person{SEPARATOR}", 16)
        self.identifier = KeyedNames(secret, f"id{SEPARATOR}", 16)


hashes_of = lru_cache(maxsize=16)(Hashes)


class Known:
    """What a conversation knows of people: account -> person id (an account that was never met: itself), and of those
    who may stand in this activity's texts (person id, name, whether ours) and (handle, whether ours), which the policy
    has to ask for."""

    __slots__ = ("_pseudonyms", "conversation", "handles", "hashes", "names", "parties", "persons", "reading", "region")

    def __init__(
        self,
        secret: bytes,
        conversation: str,
        region: str | None,
        persons: dict[str, str],
        parties: list[Party],
        reading: Reading,
    ) -> None:
        self.hashes: Hashes = hashes_of(secret)
        self.conversation = conversation
        self.region = region
        self.persons = persons
        self.names: list[tuple[str, str, bool]] = []
        self.handles: list[tuple[str, bool]] = []
        self.parties = parties
        self.reading = reading
        self._pseudonyms: dict[str, str] = {}

    def pseudonym(self, person: str) -> str:
        """Five characters that stand for a person in this conversation."""
        found = self._pseudonyms.get(person)
        if found is None:
            number = int.from_bytes(self.hashes.name(b"", f"{self.conversation}{SEPARATOR}{person}"))
            found = (
                _LETTERS[number >> 27 & 31]
                + _LETTERS[number >> 22 & 31]
                + _LETTERS[number >> 17 & 31]
                + _LETTERS[number >> 12 & 31]
                + _LETTERS[number >> 7 & 31]
            )
            self._pseudonyms[person] = found
        return found


class Redactor:
    """One redaction. `seen` collects what was taken away as (path, kind), each once; `hidden` are the parts of accounts
    that must not stand in any id or text. `silent`: nothing that is looked for in texts stands in any."""

    __slots__ = (
        "_in_texts",
        "_masked",
        "_named",
        "_sought",
        "fields",
        "hidden",
        "kinds",
        "known",
        "seen",
        "silent",
        "staff_names",
    )

    def __init__(self, kinds: int, known: Known, *, staff_names: bool, fields: frozenset[str]) -> None:
        self.kinds = kinds
        self.known = known
        self.staff_names = staff_names
        self.fields = fields
        self.hidden: dict[str, str] = {}
        self.seen: dict[tuple[str, str], None] = {}
        reading = known.reading
        self._masked = kinds & MASKED
        self._in_texts = kinds & MASKED if kinds & MASKED & reading.traces else 0
        if kinds & IN_ACCOUNTS:
            for uri in known.persons:
                kind = account_kind(uri)
                if kinds & (ACCOUNT | kind):
                    self._hide(uri, _KIND_NAMES[kind])
        self._sought = [one for one in self.hidden.items() if reading.holds(one[0])]
        self._named: list[tuple[str, str, re.Pattern[str]]] = []
        if known.names and kinds & NAME:
            for person, name, ours in known.names:
                if not (ours and staff_names):
                    shown = f"Customer {known.pseudonym(person)}"
                    self._named += [("name", shown, pattern) for pattern in _name_patterns(name)]
        if known.handles and kinds & HANDLE:
            for handle, ours in known.handles:
                if not (ours and staff_names):
                    self._named.append(("handle", "[handle]", _handle_pattern(handle)))
        self.silent = not (self._sought or self._named or self._in_texts)

    def _hide(self, uri: str, kind: str) -> None:
        bare = uri[uri.find(":") + 1 :] if ":" in uri else ""
        native = bare[bare.rfind("/") + 1 :]
        if len(bare) >= SHORTEST_NAME:
            self.hidden[bare] = kind
        if len(native) >= SHORTEST_NATIVE:
            self.hidden[native] = kind

    def shown_person(self, person: str) -> str:
        """A person's id in this feed."""
        if not self.kinds & ACCOUNT:
            return person
        return _uuid(self.known.hashes.person(b"", f"{self.known.conversation}{SEPARATOR}{person}"))

    def account(self, uri: str | None, path: str) -> str | None:
        """An account URI as shown."""
        if uri is None:
            return None
        kind = account_kind(uri)
        if not self.kinds & (ACCOUNT | kind):
            return uri
        self.seen[(path, _KIND_NAMES[kind])] = None
        return f"anonymous:{self.known.pseudonym(self.known.persons.get(uri, uri))}"

    def text(self, text: str | None, path: str) -> str | None:
        """Free text as shown."""
        if self.silent or not text:
            return text
        # Patterns first: whether a part of an address is also a name that the conversation knows must not matter.
        shown = mask(text, self._in_texts, self.known.region, self._noter(path)) if self._in_texts else text
        for value, kind in self._sought:
            if value in shown:
                shown = shown.replace(value, MASKS.get(kind, "[account]"))
                self.seen[(path, kind)] = None
        for kind, put, pattern in self._named:
            named = pattern.sub(put, shown)
            if named != shown:
                shown = named
                self.seen[(path, kind)] = None
        return shown

    def party(self, party: Party, path: str) -> Party:
        """Someone as shown. Staff keep their names if the policy says so."""
        staff = party.side == "us"
        if staff and self.staff_names:
            return self._claimless(party, path)
        name, handle = party.name, party.handle
        if name and self.kinds & NAME:
            person = self.known.persons.get(party.account or "", party.account or name)
            name = f"{'Colleague' if staff else 'Customer'} {self.known.pseudonym(person)}"
            self.seen[(f"{path}.name", "name")] = None
        elif name and self._masked:
            name = mask(name, self._masked, self.known.region, self._noter(f"{path}.name"))
        if handle and self.kinds & HANDLE:
            handle = None
            self.seen[(f"{path}.handle", "handle")] = None
        account = self.account(party.account, f"{path}.account")
        shown = self._claimless(party, path)
        if account != party.account or name != party.name or handle != party.handle:
            shown = Party(account, party.kind, party.side, party.role, name, handle, shown.claims)
        return shown

    def _noter(self, path: str) -> Callable[[str], None]:
        return lambda kind: self.seen.setdefault((path, kind))

    def _claimless(self, party: Party, path: str) -> Party:
        if not party.claims:
            return party
        kept = [claim for claim in party.claims if not self.kinds & (ACCOUNT | account_kind(claim.account))]
        if len(kept) == len(party.claims):
            return party
        self.seen[(f"{path}.claims", "account")] = None
        return msgspec.structs.replace(party, claims=kept)

    def identifier(self, uri: str, path: str) -> str:
        """An object or thread id: opaque, but never a way round the policy. A web address leads to its author."""
        if self.names_someone(uri) or (self.kinds & ACCOUNT and uri.startswith("http")) or self._called(uri):
            self.seen[(path, "account")] = None
            return f"redacted:{self.known.hashes.identifier(b'', uri).hex()}"
        return uri

    def _called(self, uri: str) -> bool:
        """Whether a name or handle of someone who takes part stands in an id."""
        if not self.kinds & (NAME | HANDLE):
            return False
        for party in self.known.parties:
            if party.side == "us" and self.staff_names:
                continue
            if self.kinds & NAME and party.name and party.name in uri:
                return True
            if self.kinds & HANDLE and party.handle and party.handle in uri:
                return True
        return False

    def names_someone(self, text: str) -> bool:
        """Whether a part of a hidden account stands in it."""
        for value in self.hidden:  # noqa: SIM110 - a loop is twice as quick
            if value in text:
                return True
        return False


def _uuid(digest: bytes) -> str:
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@lru_cache(maxsize=4096)
def _name_patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """A name is looked for as a whole in any case, its parts as they are written or in capitals.

    Parts in small letters are not: too many names are words (may, will, rose).
    """
    whole = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)] if len(name) >= SHORTEST_NAME else []
    parts = [part for part in dict.fromkeys(name.split()) if len(part) >= SHORTEST_NAME]
    either = dict.fromkeys(form for part in parts for form in (part, part.upper()))
    if len(parts) > 1:
        whole.append(re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, either))})(?!\w)"))
    return tuple(whole)


def _handle_pattern(handle: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@?{re.escape(handle)}(?!\w)", re.IGNORECASE)
