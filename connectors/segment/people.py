"""Who called: known users, those who are not known yet, and their organisations."""

from __future__ import annotations

from commonline.connectors.segment.payload import Call, Id, Values
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.declared.values import identifier, line
from commonline.kit.mapping import Entry
from commonline.schemas.records import Claim, Party, Role

CONNECTOR = "segment"


class Space:
    """Whose user ids these are."""

    def __init__(self, entry: Entry) -> None:
        self.name = str(entry.settings.get("space") or "main")
        region = entry.settings.get("region")
        self._region = str(region) if region else None

    def uri(self, kind: str, native_id: str) -> str:
        """``segment:main/user/97980cfea0067``"""
        return native(CONNECTOR, self.name, kind, native_id)

    def optional(self, kind: str, native_id: Id) -> str | None:
        """The same, None for none."""
        told = identifier(native_id)
        return None if told is None else self.uri(kind, told)

    def caller(self, call: Call, role: Role = "author") -> Party | None:
        """The user with what is said of them; a visitor without a name; None where neither id is told."""
        user = self.optional("user", call.user_id if call.user_id is not None else call.old_user_id)
        visitor = self.optional("anonymous", call.anonymous_id)
        account = user or visitor
        if account is None:
            return None
        party = Party(account=account, kind="person" if user else "anonymous", side="customer", role=role)
        told = traits(call)
        party.name = name_of(told)
        party.claims = self._claims(told, call.user_id)
        if user and visitor:
            party.claims += claim(visitor, "derived")
        if group := self.optional("group", group_of(call)):
            party.claims.append(Claim(relation="member_of", account=group, trust="asserted"))
        return party

    def _claims(self, told: Values, user: Id) -> list[Claim]:
        mails = (told.get("email"), user if isinstance(user, str) and "@" in user else None)
        found = dict.fromkeys(mailto(one) for one in mails if isinstance(one, str))
        claims = [one for address in found for one in claim(address, "asserted")]
        phone = told.get("phone")
        return claims + claim(tel(phone, self._region) if isinstance(phone, str) else None, "asserted")


def group_of(call: Call) -> Id:
    """The organisation of a call: its own, or the one that stands around it."""
    return call.group_id if call.group_id is not None else call.context.group_id if call.context else None


def traits(call: Call) -> Values:
    """What is said of the user, in an identify call or beside another one; sign-ups have it in their properties."""
    beside = call.context.traits if call.context else {}
    own = (call.traits or {}) if call.group_id is None or call.type == "identify" else {}
    told = {**beside, **own}
    if not told.get("email") and call.event in ("Signed Up", "Signed In", "User Registered"):
        told = {**(call.properties or {}), **told}
    return told


def name_of(told: Values) -> str | None:
    """``name``, or first and last name in one of the spellings."""
    for key in ("name", "fullName"):
        if name := line(told.get(key), 300):
            return name
    pairs = (("firstName", "lastName"), ("first_name", "last_name"), ("firstname", "lastname"))
    for first, last in pairs:
        if name := line([told.get(first), told.get(last)], 300):
            return name
    return None
