"""A server's own affairs: sign-ups, reports, warnings. By the administrator's webhooks and notifications."""

from __future__ import annotations

from msgspec import Raw

from commonline.connectors.mastodon.payload import (
    ACCOUNT,
    ADMIN_ACCOUNT,
    HOOK,
    REPORT,
    Account,
    AccountWarning,
    AdminAccount,
    Id,
    Report,
    given,
    id_text,
    required,
)
from commonline.connectors.mastodon.server import Server, account_uri, party, web
from commonline.connectors.mastodon.statuses import micros
from commonline.errors import MalformedPayloadError
from commonline.kit import accounts
from commonline.kit.draft import Draft
from commonline.kit.text import html_to_text, tidy
from commonline.schemas.records import (
    ActivityType,
    Change,
    Claim,
    Object,
    Party,
    Reference,
    Role,
    Thread,
    ThreadState,
)

MOST_REPORTED = 50
VERBS: dict[str, ActivityType] = {"account.created": "Create", "account.approved": "Accept"}


def sign_up(server: Server, account: Account, event: str, at: int | None) -> Draft:
    """A new account. By notification only the profile is told."""
    return _profile(server, account, event, "Create", at)


def account_hook(server: Server, body: bytes, event: str) -> Draft:
    """An account as the staff sees it, with its address: made, let in, or changed."""
    hook = HOOK.decode(body)
    told = ADMIN_ACCOUNT.decode(hook.object)
    if told.account is None:
        raise MalformedPayloadError("there is no account", "object.account")
    verb = VERBS.get(event, "Update")
    at = micros(told.created_at) if verb == "Create" else micros(hook.created_at)
    draft = _profile(server, told.account, event, verb, at)
    someone = _admin(server, told, "subject")
    if verb == "Create":
        draft.actor = someone
        if told.invite_request:
            draft.object.text = tidy(told.invite_request, []).text
    else:
        draft.actor, draft.participants = None, [someone]
    if verb == "Update":
        draft.revision = "" if at is None else str(at)
        draft.object.version = draft.revision or None
    states = {
        "approved": told.approved,
        "confirmed": told.confirmed,
        "disabled": told.disabled,
        "silenced": told.silenced,
        "suspended": told.suspended,
    }
    draft.fields = {name: str(value).lower() for name, value in states.items() if value is not None}
    return draft


def _profile(server: Server, account: Account, event: str, verb: ActivityType, at: int | None) -> Draft:
    someone = party(server, account, "subject")
    uri = account_uri(server, account)
    return Draft(
        event=event,
        type=verb,
        object=Object(id=uri, type="Profile", url=web(account.url), title=someone.name),
        thread=Thread(id=uri, title=someone.name),
        channel="other",
        visibility="internal",
        actor=someone,
        published=at,
    )


def _admin(server: Server, told: AdminAccount, role: Role) -> Party:
    """The staff's view of an account adds the address that the person signed up with."""
    if told.account is None:
        return Party(account=server.uri("account", required(told.id, "id")), role=role, name=told.username)
    someone = party(server, told.account, role)
    address = accounts.mailto(told.email)
    if address:
        someone.claims.append(
            Claim(relation="same_as", account=address, trust="verified" if told.confirmed else "asserted")
        )
    return someone


def report_hook(server: Server, body: bytes, event: str) -> Draft:
    """A report by webhook: new, or with something done about it."""
    hook = HOOK.decode(body)
    report = REPORT.decode(hook.object)
    if event == "report.created":
        return flag(server, report, event)
    return handled(server, report, event, micros(hook.created_at))


def report(server: Server, body: bytes, event: str) -> list[Draft]:
    """A report as the API tells it now: that it was made, and what has been done about it since."""
    told = REPORT.decode(body)
    made = flag(server, told, event)
    if told.updated_at is None or told.updated_at == told.created_at:
        return [made]
    return [made, handled(server, told, event, None)]


def flag(server: Server, report: Report, event: str, reporter: Account | None = None) -> Draft:
    """Somebody complains about an account, and perhaps names its statuses."""
    uri = server.uri("report", required(report.id, "report.id"))
    actor = _someone(server, report.account, "author") if reporter is None else party(server, reporter)
    target = _someone(server, report.target_account, "subject")
    rules = [f"- {tidy(rule.text, []).text}" for rule in report.rules or () if rule.text]
    comment = tidy(report.comment or "", []).text
    return Draft(
        event=event,
        type="Flag",
        edge=uri,
        object=Object(
            id=target.account if target is not None and target.account else uri,
            type="Profile",
            title=report.category or None,
            text="\n".join([part for part in (comment, *rules) if part]),
            author=target,
        ),
        thread=Thread(id=uri, state=_state(report)),
        channel="other",
        visibility="restricted",
        actor=actor,
        participants=[target] if target is not None else [],
        direction="inbound",
        references=[Reference(kind="related", id=server.uri("status", one)) for one in _reported(report)],
        published=micros(report.created_at),
    )


def handled(server: Server, report: Report, event: str, at: int | None) -> Draft:
    """The staff took a report, or settled it."""
    uri = server.uri("report", required(report.id, "object.id"))
    moment = micros(report.updated_at) or at
    by = _someone(server, report.action_taken_by_account, "agent")
    assigned = _someone(server, report.assigned_account, "assignee")
    changes = [Change(field="status", after="closed" if report.action_taken else "open")]
    if assigned is not None:
        changes.append(Change(field="assignee", after=assigned.account))
    return Draft(
        event=event,
        type="Update",
        object=Object(
            id=uri,
            type="Record",
            version=None if moment is None else str(moment),
            title=report.category or None,
            created=micros(report.created_at),
        ),
        thread=Thread(id=uri, state=_state(report)),
        channel="other",
        visibility="restricted",
        direction="internal",
        actor=by,
        participants=[one for one in (assigned, _someone(server, report.target_account, "subject")) if one],
        revision="" if moment is None else str(moment),
        published=moment,
        changes=changes,
    )


def _state(report: Report) -> ThreadState:
    if report.action_taken is None:
        return "unknown"
    return "closed" if report.action_taken else "open"


def _reported(report: Report) -> list[str]:
    ids: list[Id] = [one.id for one in report.statuses or ()] or list(report.status_ids or ())
    return list(dict.fromkeys(text for one in ids[:MOST_REPORTED] if (text := id_text(one))))


def _someone(server: Server, raw: Raw, role: Role) -> Party | None:
    """An account of a report. The staff's form holds the public one; the address in it is left out here."""
    if not given(raw):
        return None
    admin = ADMIN_ACCOUNT.decode(raw)
    return party(server, ACCOUNT.decode(raw) if admin.account is None else admin.account, role)


def warning(server: Server, told: AccountWarning, event: str) -> Draft:
    """What the server's staff did to our account, and why."""
    uri = server.uri("warning", required(told.id, "moderation_warning.id"))
    return Draft(
        event=event,
        type="Create",
        object=Object(
            id=uri,
            type="Alert",
            title=(told.action or "warning").replace("_", " "),
            text=html_to_text(told.text or ""),
        ),
        thread=Thread(id=uri),
        channel="alert",
        visibility="restricted",
        references=[
            Reference(kind="related", id=server.uri("status", native_id))
            for one in told.status_ids or ()
            if (native_id := id_text(one))
        ],
        published=micros(told.created_at),
    )
