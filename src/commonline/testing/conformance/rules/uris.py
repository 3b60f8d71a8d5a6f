"""Ids and accounts are URIs in the one spelling that `commonline.kit.accounts` gives, and can be taken
apart again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from commonline.kit import accounts
from commonline.schemas.records import Activity, Party
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

_SCHEME = re.compile(r"[a-z][a-z0-9_+.-]*:")
_FORBIDDEN = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`]')
_E164 = re.compile(r"tel:\+[1-9][0-9]{3,14}\Z")
_ACCT = re.compile(r"acct:[^@/]+@[^@/]+\Z")


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for fixture, activity in subject.activities():
        for path, uri in uris(activity):
            fault = fault_of(uri, subject.name)
            if fault:
                yield Finding(
                    "uris",
                    fixture.file,
                    f"{path}: {uri!r} {fault}",
                    "make it with accounts.native, mailto or tel",
                )


def uris(activity: Activity) -> Iterator[tuple[str, str]]:
    """Every id and account of an activity with its path."""
    yield "object.id", activity.object.id
    yield "thread.id", activity.thread.id
    if activity.thread.container:
        yield "thread.container.id", activity.thread.container.id
    for name in ("edge", "our_account"):
        if value := getattr(activity, name):
            yield name, value
    for index, reference in enumerate(activity.references):
        yield f"references[{index}].id", reference.id
        if reference.author:
            yield f"references[{index}].author", reference.author
    parties = [("actor", activity.actor), ("object.author", activity.object.author)]
    parties += [(f"participants[{n}]", party) for n, party in enumerate(activity.participants)]
    for path, party in parties:
        if party:
            yield from _party(path, party)


def _party(path: str, party: Party) -> Iterator[tuple[str, str]]:
    if party.account is not None:
        yield f"{path}.account", party.account
    for index, claim in enumerate(party.claims):
        yield f"{path}.claims[{index}].account", claim.account


def fault_of(uri: str, connector: str) -> str | None:
    """What is wrong with a URI, in words."""
    scheme = _SCHEME.match(uri)
    if not scheme:
        return "is no URI"
    if scheme[0] == "mailto:":
        return None if accounts.mailto(uri[7:]) == uri else "is not a normalised mail address"
    if _FORBIDDEN.search(uri):
        return "holds characters that must be percent-encoded"
    if scheme[0] == f"{connector}:":
        name, parts = accounts.split_native(uri)
        return None if accounts.native(name, *parts) == uri else "is not percent-encoded as accounts.native does"
    if scheme[0] == "tel:" and not _E164.match(uri):
        return "is not an E.164 number with +"
    if scheme[0] == "acct:" and not _ACCT.match(uri):
        return "is not acct:user@host"
    return None
