"""What takes personal data away: one policy at work on one activity.

People keep one pseudonym within a conversation. What the source knows of someone by address (claims, accounts, names)
is taken from texts as well, by value and by pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from commonline.ids import keyed_hash
from commonline.schemas.records import Party
from commonline.streams.unify.patterns import MASKS, mask
from commonline.streams.unify.rules import PolicySpec

TEXT_KINDS = frozenset(MASKS)
SCHEME_KIND = {"mailto": "email", "tel": "phone"}
SHORTEST_NAME = 3
SHORTEST_NATIVE = 5
"""A native id of fewer characters is too common a number to look for."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class Known:
    """What a conversation knows of people: account -> person id (an account that was never met: itself), and of those
    who may stand in this activity's texts (person id, name, whether ours) and (handle, whether ours)."""

    persons: dict[str, str]
    names: tuple[tuple[str, str, bool], ...]
    handles: tuple[tuple[str, bool], ...] = ()
    parties: tuple[Party, ...] = ()
    text: str | None = None
    """All texts of the activity in one, if they were put together: what does not stand here is not looked for."""


@dataclass(slots=True)
class Redactor:
    """One redaction. `seen` collects what was taken away as (path, kind), each once; `hidden` are the parts of accounts
    that must not stand in any id or text."""

    policy: PolicySpec
    kinds: frozenset[str]
    secret: bytes
    conversation: str
    known: Known
    region: str | None
    hidden: dict[str, str] = field(default_factory=dict)
    seen: dict[tuple[str, str], None] = field(default_factory=dict)
    _masked: frozenset[str] = frozenset()
    _sought: list[tuple[str, str]] = field(default_factory=list)
    _named: list[tuple[str, str, re.Pattern[str]]] = field(default_factory=list)
    _pseudonyms: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._masked = self.kinds & TEXT_KINDS
        together = self.known.text
        for uri in self.known.persons:
            if self._hides(uri):
                scheme, _, bare = uri.partition(":")
                kind = SCHEME_KIND.get(scheme, "account")
                native = bare.rpartition("/")[2]
                if len(bare) >= SHORTEST_NAME:
                    self.hidden[bare] = kind
                if len(native) >= SHORTEST_NATIVE:
                    self.hidden[native] = kind
        if "name" in self.kinds:
            for person, name, ours in self.known.names:
                if not (ours and self.policy.staff_names):
                    shown = f"Customer {self.pseudonym(person)}"
                    self._named += [("name", shown, pattern) for pattern in _name_patterns(name)]
        self._sought = [one for one in self.hidden.items() if together is None or one[0] in together]
        if "handle" in self.kinds:
            for handle, ours in self.known.handles:
                if not (ours and self.policy.staff_names):
                    self._named.append(("handle", "[handle]", _handle_pattern(handle)))

    def pseudonym(self, person: str) -> str:
        """Five characters that stand for a person in this conversation."""
        found = self._pseudonyms.get(person)
        if found is None:
            number = int.from_bytes(keyed_hash(self.secret, "name", self.conversation, person, size=4))
            found = "".join([_LETTERS[number >> shift & 31] for shift in (27, 22, 17, 12, 7)])
            self._pseudonyms[person] = found
        return found

    def shown_person(self, person: str) -> str:
        """A person's id in this feed."""
        if "account" not in self.kinds:
            return person
        return _uuid(keyed_hash(self.secret, "person", self.conversation, person))

    def account(self, uri: str | None, path: str) -> str | None:
        """An account URI as shown."""
        if uri is None:
            return None
        kind = SCHEME_KIND.get(uri.partition(":")[0])
        if "account" not in self.kinds and (kind is None or kind not in self.kinds):
            return uri
        self.seen[(path, "account" if kind is None else kind)] = None
        return f"anonymous:{self.pseudonym(self.known.persons.get(uri, uri))}"

    def text(self, text: str | None, path: str) -> str | None:
        """Free text as shown."""
        if not text:
            return text
        # Patterns first: whether a part of an address is also a name that the conversation knows must not matter.
        shown = mask(text, self._masked, self.region, self._noter(path)) if self._masked else text
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
        if staff and self.policy.staff_names:
            return self._claimless(party, path)
        name, handle = party.name, party.handle
        if name and "name" in self.kinds:
            person = self.known.persons.get(party.account or "", party.account or name)
            name = f"{'Colleague' if staff else 'Customer'} {self.pseudonym(person)}"
            self.seen[(f"{path}.name", "name")] = None
        elif name and self._masked:
            name = mask(name, self._masked, self.region, self._noter(f"{path}.name"))
        if handle and "handle" in self.kinds:
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
        kept = [claim for claim in party.claims if not self._hides(claim.account)]
        if len(kept) == len(party.claims):
            return party
        self.seen[(f"{path}.claims", "account")] = None
        return msgspec.structs.replace(party, claims=kept)

    def _hides(self, account: str) -> bool:
        kind = SCHEME_KIND.get(account.partition(":")[0])
        return "account" in self.kinds or (kind is not None and kind in self.kinds)

    def identifier(self, uri: str, path: str) -> str:
        """An object or thread id: opaque, but never a way round the policy. A web address leads to its author."""
        if self.names_someone(uri) or ("account" in self.kinds and uri.startswith("http")) or self._called(uri):
            self.seen[(path, "account")] = None
            return f"redacted:{keyed_hash(self.secret, 'id', uri).hex()}"
        return uri

    def _called(self, uri: str) -> bool:
        """Whether a name or handle of someone who takes part stands in an id."""
        return any(
            ("name" in self.kinds and party.name and party.name in uri)
            or ("handle" in self.kinds and party.handle and party.handle in uri)
            for party in self.known.parties
            if not (party.side == "us" and self.policy.staff_names)
        )

    def names_someone(self, text: str) -> bool:
        """Whether a part of a hidden account stands in it."""
        return any(value in text for value in self.hidden)


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
