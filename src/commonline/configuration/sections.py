"""What all sections of the configuration file share: names, and that unknown keys are errors."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

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
