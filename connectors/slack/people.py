"""Members of the workspace: who they are and by which addresses they are known."""

from __future__ import annotations

from commonline.connectors.slack.channels import plain
from commonline.connectors.slack.payload import MEMBER, USER, User
from commonline.connectors.slack.space import Space, micros, needed, space_of
from commonline.errors import MalformedPayloadError
from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Claim, Object, Party, Thread

SLACKBOT = "USLACKBOT"
"""Slack's own voice, the same in every workspace."""


def claims_of(space: Space, user: User) -> list[Claim]:
    """Address and telephone. Slack proved the address if it says so; a number is what its owner typed."""
    profile = user.profile
    if profile is None:
        return []
    trust = "verified" if user.is_email_confirmed else "entered"
    found = accounts.claim(accounts.mailto(profile.email), trust)  # type: ignore[arg-type]
    return found + accounts.claim(accounts.tel(profile.phone, space.region), "asserted")


def subject_of(space: Space, user: User, native_id: str) -> Party:
    """The member: one of us, unless they are a guest from another company."""
    profile = user.profile
    outside = user.is_stranger or (user.team_id not in (None, "", space.team, space.enterprise))
    names = (profile.real_name if profile else None, user.real_name, profile.display_name if profile else None)
    return Party(
        account=space.user(native_id, user.team_id or None),
        kind="application" if user.is_bot or native_id == SLACKBOT else "person",
        side="partner" if outside else "us",
        role="subject",
        name=next((plain(name) for name in names if name), None),
        handle=user.name or None,
        claims=claims_of(space, user),
    )


def joined(entry: Entry) -> list[Draft]:
    """``team_join``: a new member."""
    user, moment = _told(entry)
    draft = member(entry, space_of(entry), user, moment)
    draft.type = "Create"
    draft.revision = ""
    draft.changes = []
    return [draft]


def changed(entry: Entry) -> list[Draft]:
    """``user_change``, ``user_profile_changed``: a member as they are now."""
    user, moment = _told(entry)
    return [member(entry, space_of(entry), user, moment)]


def snapshot(entry: Entry) -> list[Draft]:
    """A member in the answer of ``users.list``: the same fact as the last ``user_change``."""
    user = MEMBER.decode(entry.body)
    team = needed(user.team_id, "team_id")
    space = Space(team=team, enterprise=None, app=None, shared=False, region=entry.settings.get("region"))
    return [member(entry, space, user, None)]


def _told(entry: Entry) -> tuple[User, str | None]:
    event = USER.decode(entry.body.raw)
    if event.user is None:
        raise MalformedPayloadError("the event names no user", "user")
    return event.user, event.event_ts


def member(entry: Entry, space: Space, user: User, moment: str | None) -> Draft:
    """A member of the workspace; or that they are one no longer."""
    subject = subject_of(space, user, needed(user.id, "user.id"))
    updated = times.from_number(user.updated) if user.updated is not None else None
    revision = str(updated) if updated is not None else (moment or "")
    account = subject.account or ""
    machine = subject.kind == "application"
    told = {
        "job_title": plain(user.profile.title) if user.profile else None,
        "locale": user.locale or None,
        "guest": "true" if user.is_restricted or user.is_ultra_restricted else None,
    }
    return Draft(
        event=entry.event,
        type="Update",
        object=Object(
            id=account,
            type="Application" if machine else "Person",
            version=str(updated) if updated is not None else None,
            title=subject.name,
        ),
        thread=Thread(id=account, title=subject.name),
        channel="other" if machine else "employee",
        visibility="internal",
        revision=revision,
        our_account=space.account,
        participants=[subject],
        direction="internal",
        published=updated or micros(moment),
        changes=[Change(field="active", after="false")] if user.deleted else [],
        fields={name: value for name, value in told.items() if value},
    )
