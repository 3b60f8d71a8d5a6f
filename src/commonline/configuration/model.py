"""The configuration file as typed models. Every field's doc is its documentation (docs/reference/configuration.md)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from commonline.configuration.defaults import default_departments
from commonline.configuration.departments import Department
from commonline.configuration.durations import Duration
from commonline.configuration.gateway import Gateway
from commonline.configuration.sections import Name, Section, VisibilityName


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
        description="broker: refuse to start where a power failure could lose acknowledged records; process: accept it",
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
    workspace: Name = Field(description="the workspace that its events belong to")
    enabled: bool = Field(default=True, description="false: calls are answered 404, nothing is read")
    own_accounts: list[str] = Field(default=[], description="accounts of ours in this source")
    our_account: str | None = Field(default=None, description="the account of ours that this source answers through")
    unknown_side: Literal["unknown", "us", "customer", "partner", "other"] = Field(
        default="unknown", description="whose side somebody is on of whom the source does not say it"
    )
    visibility: VisibilityName = Field(default="public", description="nothing of this source travels further than this")

    @property
    def settings(self) -> dict[str, Any]:
        """The connector's own settings, secrets unresolved."""
        return dict(self.__pydantic_extra__ or {})


class Configuration(Section):
    """The whole file."""

    commonline: General = General()
    gateway: Gateway = Gateway()
    workspaces: dict[Name, Workspace] = {}
    sources: dict[Name, Source] = {}
    departments: dict[Name, Department] = Field(default_factory=default_departments)

    @model_validator(mode="after")
    def _references(self) -> Configuration:
        named = [(f"sources.{name}.workspace", source.workspace) for name, source in self.sources.items()]
        for name, department in self.departments.items():
            named += [(f"departments.{name}.workspaces", workspace) for workspace in department.workspaces]
        known = ", ".join(self.workspaces) or "none"
        faults = [
            f"{key}: {workspace!r} is not a workspace (there are: {known}); "
            f"add [workspaces.{workspace}] or correct the name"
            for key, workspace in named
            if workspace not in self.workspaces
        ]
        if faults:
            raise ValueError("\n  ".join(faults))
        return self

    def departments_of(self, workspace: str) -> dict[str, Department]:
        """The departments that have a feed of this workspace."""
        return {n: d for n, d in self.departments.items() if not d.workspaces or workspace in d.workspaces}
