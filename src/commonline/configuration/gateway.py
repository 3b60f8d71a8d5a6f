"""The gateway's part of the configuration: where it is reached, and how people log in."""

from __future__ import annotations

import re

from pydantic import Field, field_validator, model_validator

from commonline.configuration.durations import Duration
from commonline.configuration.sections import Secret, Section, VisibilityName

FEED = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}\Z")


class Grant(Section):
    """What a person may see. Of several grants a person has all feeds, and the tightest visibility for all of them."""

    feeds: list[str] = Field(default=[], description="workspace/department of each feed")
    visibility: VisibilityName = Field(default="public", description="the tightest that is seen")
    administrator: bool = Field(default=False, description="sees all feeds unredacted, and operates the line")

    @field_validator("feeds")
    @classmethod
    def _named(cls, feeds: list[str]) -> list[str]:
        for feed in feeds:
            if not FEED.match(feed):
                raise ValueError(f"{feed!r}: name a feed as workspace/department, such as acme/service")
        return feeds


class Oidc(Section):
    """The OpenID provider that people log in at."""

    issuer: str = Field(description="the provider's issuer, as its discovery document has it", pattern=r"^https?://")
    client_id: str = Field(description="what the provider calls this installation")
    client_secret: Secret | None = Field(default=None, description="of a confidential client; PKCE is used either way")
    scopes: list[str] = Field(default=["openid", "profile", "email"], description="what is asked for")
    claim: str = Field(default="groups", description="claim of the ID token, a text or a list, that `grants` are by")
    session: Duration = Field(default="12h", description="how long a login lasts")
    grants: dict[str, Grant] = Field(
        default={}, description="by a value of the claim; * is for everybody who can log in at the provider"
    )


class Gateway(Section):
    """HTTP for people and applications."""

    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", description="what browsers call, without a path; needed for oidc"
    )
    oidc: Oidc | None = Field(default=None, description="without it, only a browser on the same machine logs in")

    @model_validator(mode="after")
    def _reached(self) -> Gateway:
        if self.oidc is not None and self.public_url is None:
            raise ValueError('public_url: is missing; the provider sends people back there: "https://line.example"')
        return self
