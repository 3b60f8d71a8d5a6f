"""The configuration file as typed models. Every field's doc is its documentation (docs/reference/configuration.md)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from commonline.configuration.durations import Duration

VisibilityName = Literal["public", "customer", "partner", "internal", "restricted"]
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")


def _name(value: str) -> str:
    if not NAME.match(value):
        raise ValueError(
            f"{value!r}: use lower-case letters, digits, - and _, at most 63, beginning with a letter or digit"
        )
    return value


Name = Annotated[str, AfterValidator(_name)]
"""Part of topic names and URLs."""


class Section(BaseModel):
    """Unknown keys are errors: a misspelt key must not be a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """Where a secret stands: an environment variable or a file. Never the secret itself."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError('name one place: {env = "VARIABLE"} or {file = "path"}')
        return self


class General(Section):
    """How this installation is reached and how safe an acknowledgement is."""

    listen: str = Field(default="127.0.0.1:8088", description="address and port of the webhook server")
    public_url: str | None = Field(
        default=None,
        description="what vendors call, if it differs from `listen` (proxy, tunnel); signatures over URLs use it",
    )
    trusted_proxies: list[str] = Field(
        default=[], description="addresses or networks whose X-Forwarded-Proto/-Host/-For are believed"
    )
    durability: Literal["broker", "process"] = Field(
        default="broker",
        description="broker: refuse to start where an acknowledged record could be lost by power failure; process: accept that",
    )
    timezone: str = Field(default="UTC", description="zone for times that are shown to people")


class Workspace(Section):
    """An organisation or brand whose departments share one line."""

    title: str | None = Field(default=None, description="shown to people")
    region: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}$", description="country of telephone numbers without +"
    )
    own_accounts: list[str] = Field(default=[], description="accounts of ours, for all sources; * stands for any text")
    join_window: Duration = Field(
        default="48h",
        description='the same person on two channels within this time is one conversation; "0" switches the rule off',
    )
    partition: int | None = Field(
        default=None, ge=0, description="fixed at the first activity; default by hash of the name"
    )


class Source(Section):
    """One configured instance of a connector. Further keys are the connector's own settings."""

    model_config = ConfigDict(extra="allow", frozen=True)

    connector: str = Field(description="name of a folder below connectors/")
    workspace: Name
    enabled: bool = True
    own_accounts: list[str] = Field(default=[], description="accounts of ours in this source")
    our_account: str | None = Field(default=None, description="the account of ours that this source answers through")
    unknown_side: Literal["unknown", "us", "customer", "partner", "other"] = "unknown"
    visibility: VisibilityName = Field(default="public", description="nothing of this source travels further than this")

    @property
    def settings(self) -> dict[str, Any]:
        """The connector's own settings, secrets unresolved."""
        return dict(self.__pydantic_extra__ or {})


class Rule(Section):
    """All that is named must hold (and); within a list any value is enough (or). Empty: holds for everything."""

    name: Name
    channels: list[str] = []
    directions: list[Literal["observed", "inbound", "outbound", "internal"]] = []
    visibilities: list[VisibilityName] = []
    sources: list[str] = []
    connectors: list[str] = []
    languages: list[str] = Field(default=[], description="BCP 47; a prefix is enough: de matches de-AT")
    tags: list[str] = []
    words: list[str] = Field(default=[], description="whole words or phrases, any case, in title or text")
    pattern: str | None = Field(default=None, description="RE2 regular expression on title and text")
    sides: list[Literal["unknown", "us", "customer", "partner", "other"]] = Field(
        default=[], description="of the actor"
    )
    object_types: list[str] = []
    min_channels: int = Field(default=0, ge=0, description="conversation: it runs over at least so many channels")
    min_accounts: int = Field(
        default=0, ge=0, description="conversation: at least so many accounts that are not ours take part"
    )


Redact = Literal["name", "email", "phone", "card", "iban", "account", "handle", "url", "attachment"]


class Policy(Section):
    """What a department's feed leaves out, beyond everything above its clearance."""

    redact: list[Redact] = ["email", "phone", "card", "iban"]
    staff_names: bool = Field(default=True, description="names of our own staff stay readable")
    fields: list[str] = Field(default=[], description="custom fields that may be shown; all others are removed")


class Department(Section):
    """A feed: which conversations, how far it may see, what is taken away."""

    title: str | None = None
    clearance: VisibilityName = Field(description="the tightest visibility that this department may see")
    workspaces: list[Name] = Field(default=[], description="empty: all")
    rules: list[Rule] = Field(default=[], description="a conversation is in the feed if any rule holds for it")
    policy: Policy = Policy()


class Configuration(Section):
    """The whole file."""

    commonline: General = General()
    workspaces: dict[Name, Workspace] = {}
    sources: dict[Name, Source] = {}
    departments: dict[Name, Department] = Field(default_factory=lambda: default_departments())

    @model_validator(mode="after")
    def _references(self) -> Configuration:
        for name, source in self.sources.items():
            if source.workspace not in self.workspaces:
                known = ", ".join(self.workspaces) or "none"
                raise ValueError(
                    f"sources.{name}.workspace: {source.workspace!r} is not a workspace (there are: {known}); "
                    f"add [workspaces.{source.workspace}] or correct the name"
                )
        for name, department in self.departments.items():
            for workspace in department.workspaces:
                if workspace not in self.workspaces:
                    raise ValueError(f"departments.{name}.workspaces: {workspace!r} is not a workspace")
        return self

    def departments_of(self, workspace: str) -> dict[str, Department]:
        """The departments that have a feed of this workspace."""
        return {n: d for n, d in self.departments.items() if not d.workspaces or workspace in d.workspaces}


def default_departments() -> dict[str, Department]:
    """Marketing, PR, service and HR, for a file that names none."""
    public = Rule(name="public-talk", channels=["post", "comment", "review", "news"])
    wide = Rule(name="several-channels", min_channels=2, min_accounts=1)
    care = [
        "ticket",
        "email",
        "direct_message",
        "chat",
        "sms",
        "call",
        "voicemail",
        "form",
        "review",
        "comment",
        "post",
    ]
    press = Rule(
        name="press-words",
        words=["press", "journalist", "reporter", "newspaper", "editor", "statement", "boycott", "lawyer", "recall"],
    )
    hiring = Rule(
        name="hiring-words",
        words=["application", "applicant", "interview", "vacancy", "job offer", "recruiter", "hiring", "career"],
    )
    return {
        "marketing": Department(
            title="Marketing",
            clearance="public",
            rules=[public, wide],
            policy=Policy(redact=["name", "handle", "account", "email", "phone", "card", "iban"]),
        ),
        "pr": Department(
            title="Public relations",
            clearance="customer",
            rules=[public, press, wide],
            policy=Policy(redact=["email", "phone", "card", "iban"]),
        ),
        "service": Department(
            title="Customer service",
            clearance="internal",
            rules=[Rule(name="customers", channels=care, directions=["inbound", "outbound"]), wide],
            policy=Policy(redact=["card", "iban"]),
        ),
        "hr": Department(
            title="Human resources",
            clearance="restricted",
            rules=[
                hiring,
                Rule(name="people", channels=["employee"]),
                Rule(name="staff-talk", object_types=["Employment"]),
            ],
            policy=Policy(redact=["email", "phone", "card", "iban"]),
        ),
    }
