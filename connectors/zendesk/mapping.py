"""Zendesk deliveries to drafts: which event is mapped by what.

Identity: the tenant is the setting `subdomain`, which webhook and poll share. A comment is one object
whichever way it came; a ticket's version is its `updated_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.zendesk import chat, comments, export, lifecycle, people, tickets
from commonline.connectors.zendesk.payload import HEAD
from commonline.connectors.zendesk.tickets import PREFIX, event, field_changed
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One entry for a webhook, one for each ticket or comment of a page of the API."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return export.entries(delivery, dict(settings))
    name = HEAD.decode(body).type
    if not name:
        raise MalformedPayloadError(
            "no event type: not an event webhook; bodies of triggers go through the connector `webhook`",
            "type",
        )
    # The vendor's pages write a few names with a slash behind the prefix.
    return [Entry(0, name.replace("event-type/", "event-type:", 1), body, "", delivery, settings)]


_TICKETS: dict[str, tickets.Handler] = {
    "created": tickets.opened,
    "comment_added": comments.added,
    "comment_redacted": comments.redacted,
    "comment_made_private": comments.made_private,
    "attachment_linked_to_comment": comments.attachment_linked,
    "attachment_redacted_from_comment": comments.attachment_redacted,
    "agent_assignment_changed": field_changed("assignee", kind="user"),
    "group_assignment_changed": lifecycle.group_changed,
    "requester_changed": field_changed("requester", kind="user"),
    "submitter_changed": field_changed("x.submitter", kind="user"),
    "organization_changed": field_changed("organization", kind="organization"),
    "status_changed": field_changed("status", small=True),
    "custom_status_changed": field_changed("x.custom_status"),
    "priority_changed": field_changed("priority", small=True),
    "type_changed": field_changed("type", small=True),
    "subject_changed": field_changed("title"),
    "description_changed": tickets.text_changed,
    "external_id_changed": field_changed("x.external_id"),
    "brand_changed": field_changed("x.brand", kind="brand"),
    "form_changed": field_changed("x.form"),
    "task_due_at_changed": field_changed("due"),
    "custom_field_changed": tickets.custom_field_changed,
    "tags_changed": lifecycle.tags_changed,
    "email_ccs_changed": lifecycle.people_changed("x.email_ccs", "cc"),
    "followers_changed": lifecycle.people_changed("x.followers", "follower"),
    "problem_link_changed": lifecycle.problem_changed,
    "merged": lifecycle.merged,
    "soft_deleted": lifecycle.deleted,
    "permanently_deleted": lifecycle.deleted,
    "undeleted": lifecycle.restored,
    "marked_as_spam": lifecycle.marked_as_spam,
}
_USERS: dict[str, people.UserHandler] = {
    "created": people.created,
    "deleted": people.removed,
    "merged": people.merged,
    "identity_created": people.identity_changed,
    "identity_changed": people.identity_changed,
    "identity_deleted": people.identity_changed,
    "name_changed": people.property_changed("name"),
    "alias_changed": people.property_changed("x.alias"),
    "role_changed": people.property_changed("role"),
    "custom_role_changed": people.property_changed("x.custom_role"),
    "active_changed": people.property_changed("active"),
    "suspended_changed": people.property_changed("suspended"),
    "details_changed": people.property_changed("x.details"),
    "notes_changed": people.property_changed("x.notes"),
    "external_id_changed": people.property_changed("x.external_id"),
    "time_zone_changed": people.property_changed("time_zone"),
    "default_group_changed": people.property_changed("x.default_group"),
    "only_private_comments_changed": people.property_changed("x.only_private_comments"),
    "custom_field_changed": people.own_field_changed,
    "tags_changed": people.tags_changed,
    "organization_membership_created": people.membership("organization", "Join"),
    "organization_membership_deleted": people.membership("organization", "Leave"),
    "group_membership_created": people.membership("group", "Join"),
    "group_membership_deleted": people.membership("group", "Leave"),
}
_ORGANIZATIONS: dict[str, people.OrganizationHandler] = {
    "created": people.organization_created,
    "deleted": people.organization_removed,
    "name_changed": people.organization_property("name"),
    "external_id_changed": people.organization_property("x.external_id"),
    "custom_field_changed": people.organization_changed(lambda told: tickets.custom_change(told.event)),
    "tags_changed": people.organization_changed(people.tags_change),
}

EVENTS: dict[str, EventMapping] = {
    export.SNAPSHOT: export.snapshot,
    export.COMMENT_EVENT: export.comment,
    f"{PREFIX}messaging_ticket.message_added": event(chat.message_added),
    **{f"{PREFIX}ticket.{name}": event(handler) for name, handler in _TICKETS.items()},
    **{f"{PREFIX}user.{name}": people.user_event(handler) for name, handler in _USERS.items()},
    **{f"{PREFIX}organization.{name}": people.organization_event(handler) for name, handler in _ORGANIZATIONS.items()},
}
