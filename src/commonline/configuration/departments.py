"""Departments, their rules and policies, as they stand in the configuration file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from commonline.configuration.sections import Name, Section, VisibilityName


class Rule(Section):
    """All that is named must hold (and); within a list any value is enough (or). Empty: holds for everything."""

    name: Name = Field(description="named in every feed record that it brought in")
    channels: list[str] = Field(
        default=[], description="post, comment, ticket, email …: docs/reference/schema.md, Channel"
    )
    directions: list[Literal["observed", "inbound", "outbound", "internal"]] = Field(
        default=[], description="inbound: to us; outbound: from us; internal: among us; observed: neither"
    )
    visibilities: list[VisibilityName] = Field(default=[], description="how far the activity may travel")
    sources: list[str] = Field(default=[], description="names of sources")
    connectors: list[str] = Field(default=[], description="names of connectors")
    languages: list[str] = Field(default=[], description="BCP 47; a prefix is enough: de matches de-AT")
    tags: list[str] = Field(default=[], description="tags that the source gave, any case")
    words: list[str] = Field(default=[], description="whole words or phrases, any case, in title or text")
    pattern: str | None = Field(default=None, description="RE2 regular expression on title and text")
    sides: list[Literal["unknown", "us", "customer", "partner", "other"]] = Field(
        default=[], description="of the actor"
    )
    object_types: list[str] = Field(
        default=[], description="Note, Ticket, Review …: docs/reference/schema.md, ObjectType"
    )
    min_channels: int = Field(default=0, ge=0, description="conversation: it runs over at least so many channels")
    min_accounts: int = Field(
        default=0, ge=0, description="conversation: at least so many accounts that are not ours take part"
    )


Redact = Literal["name", "email", "phone", "card", "iban", "account", "handle", "url", "attachment"]


class Policy(Section):
    """What a department's feed leaves out, beyond everything above its clearance."""

    redact: list[Redact] = Field(
        default=["email", "phone", "card", "iban"], description="kinds of personal data that are masked or removed"
    )
    staff_names: bool = Field(default=True, description="names of our own staff stay readable")
    fields: list[str] = Field(default=[], description="custom fields that may be shown; all others are removed")


class Department(Section):
    """A feed: which conversations, how far it may see, what is taken away."""

    title: str | None = Field(default=None, description="shown to people")
    clearance: VisibilityName = Field(description="the tightest visibility that this department may see")
    workspaces: list[Name] = Field(default=[], description="empty: all")
    rules: list[Rule] = Field(default=[], description="a conversation is in the feed if any rule holds for it")
    policy: Policy = Field(default=Policy(), description="what is taken away from what it sees")
