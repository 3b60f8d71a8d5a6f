"""GitHub: a webhook's body to activities. The event is the header's name, the body's action is in the activity.

A body whose header is lost (a file, a capture) is known by its parts: an issue and a comment are an ``issue_comment``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from commonline.connectors.github import code, comments, issues
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

HEADER = "x-github-event"
FORM = "application/x-www-form-urlencoded"
BARE = frozenset((
    "alert", "branch_protection_configuration", "branch_protection_rule", "bypass_request_push_ruleset",
    "check_run", "check_suite", "code_scanning_alert", "create", "custom_property", "custom_property_values",
    "delete", "dependabot_alert", "deploy_key", "deployment", "deployment_protection_rule", "deployment_review",
    "deployment_status", "exemption_request_push_ruleset", "fork", "github_app_authorization", "gollum",
    "installation", "installation_repositories", "installation_target", "issue_dependencies", "label",
    "marketplace_purchase", "membership", "merge_group", "meta", "milestone", "object", "org_block", "organization",
    "package", "page_build", "personal_access_token_request", "ping", "project", "project_card", "project_column",
    "projects_v2", "projects_v2_item", "projects_v2_status_update", "public", "push", "registry_package",
    "repository", "repository_advisory", "repository_dispatch", "repository_import", "repository_ruleset",
    "repository_vulnerability_alert", "secret_scanning_alert", "secret_scanning_alert_location",
    "secret_scanning_scan", "security_advisory", "security_and_analysis", "sponsorship", "status", "sub_issues",
    "team", "team_add", "watch", "workflow_dispatch", "workflow_job", "workflow_run",
))  # fmt: skip
"""Events whose action says nothing, or that have none."""
SHAPES: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys.split()), event)
    for keys, event in (
        ("zen hook_id", "ping"),
        ("comment issue", "issue_comment"),
        ("comment pull_request", "pull_request_review_comment"),
        ("comment discussion", "discussion_comment"),
        ("comment", "commit_comment"),
        ("review pull_request", "pull_request_review"),
        ("thread pull_request", "pull_request_review_thread"),
        ("check_run", "check_run"),
        ("check_suite", "check_suite"),
        ("deployment_status", "deployment_status"),
        ("deployment", "deployment"),
        ("workflow_job", "workflow_job"),
        ("workflow_run", "workflow_run"),
        ("issue", "issues"),
        ("discussion", "discussion"),
        ("pull_request", "pull_request"),
        ("pages", "gollum"),
        ("forkee", "fork"),
        ("release", "release"),
        ("commits head_commit", "push"),
        ("ref ref_type master_branch", "create"),
        ("ref ref_type", "delete"),
        ("starred_at", "star"),
        ("member", "member"),
        ("alert", "alert"),
        ("installation repository_selection", "installation_repositories"),
        ("installation repositories", "installation"),
        ("context sha state", "status"),
        ("build", "page_build"),
        ("label", "label"),
        ("milestone", "milestone"),
        ("package", "package"),
        ("registry_package", "registry_package"),
        ("membership", "organization"),
        ("installation sender", "installation"),
        ("team", "team"),
    )
)
"""What a body without its header is, the first that fits."""
ACTIONS: dict[str, tuple[str, ...]] = {
    **issues.ACTIONS,
    **comments.ACTIONS,
    "release": ("published", "edited", "deleted", "unpublished"),
    "star": ("created", "deleted"),
    "member": ("added", "removed"),
}
"""Actions that are mapped; any other stands behind the event's name, and is ignored or unsupported under it."""
EVENTS: dict[str, EventMapping] = {
    "issues": issues.about("issue"),
    "pull_request": issues.about("pull_request"),
    "discussion": issues.about("discussion"),
    "issue_comment": comments.on_issue,
    "pull_request_review_comment": comments.on_line,
    "discussion_comment": comments.on_discussion,
    "commit_comment": comments.on_commit,
    "pull_request_review": comments.review,
    "pull_request_review_thread": comments.thread_state,
    "release": code.released,
    "star": code.starred,
    "member": code.membership,
    "push": code.pushed,
    "gollum": code.wiki,
    "fork": code.forked,
}


class _Head(msgspec.Struct):
    action: str | None = None


_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_HEAD = msgspec.json.Decoder(_Head)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    if delivery.content_type.startswith(FORM):
        body = _form(body)
    keys = _KEYS.decode(body).keys()
    event = delivery.headers.get(HEADER) or next((name for needed, name in SHAPES if needed <= keys), "object")
    action = _HEAD.decode(body).action
    if not action and event in ACTIONS:
        raise MalformedPayloadError("the action is missing", "action")
    known = event in BARE or not action or action in ACTIONS.get(event, ())
    name = event if known else f"{event}.{action}"
    return [Entry(0, name, body, "", delivery, settings)]


def _form(body: bytes) -> bytes:
    """The payload of a webhook whose content type is set to ``x-www-form-urlencoded``."""
    try:
        found = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
        return found["payload"][0].encode("utf-8")
    except (ValueError, KeyError) as error:
        raise MalformedPayloadError("the form has no payload", "payload") from error
