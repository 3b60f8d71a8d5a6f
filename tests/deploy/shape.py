"""What our files use of the Compose specification (github.com/compose-spec/compose-spec): other keys are errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
SECURE = ROOT / "deploy" / "secure" / "docker-compose.yml"
_REFERENCE = re.compile(r"(?<!\$)\$\{(\w+)(:-|:\?)?([^}]*)\}")


class Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Unknown keys are refused."""


class Build(Strict):
    context: str
    dockerfile: str


class EnvFile(Strict):
    path: str
    required: bool


class Mounted(Strict):
    source: str
    target: str


class Condition(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Healthcheck(Strict):
    test: list[str]
    interval: str
    timeout: str
    retries: int
    start_period: str


class Service(Strict):
    image: str | None = None
    build: Build | None = None
    command: list[str] | None = None
    environment: dict[str, str] = {}
    env_file: list[EnvFile] = []
    configs: list[Mounted] = []
    secrets: list[str] = []
    volumes: list[str] = []
    tmpfs: list[str] = []
    ports: list[str] = []
    depends_on: dict[str, Condition] | list[str] = {}
    healthcheck: Healthcheck | None = None
    init: bool = False
    read_only: bool = False
    cap_drop: list[str] = []
    security_opt: list[str] = []
    restart: Literal["no", "always", "on-failure", "unless-stopped"] | None = None
    stop_grace_period: str | None = None


class File(Strict):
    file: str


class Compose(Strict):
    services: dict[str, Service]
    name: str | None = None
    configs: dict[str, File] = {}
    secrets: dict[str, File] = {}
    volumes: dict[str, None] = {}

    @property
    def ours(self) -> dict[str, Service]:
        """Services that run our image."""
        return {name: one for name, one in self.services.items() if one.image and one.image.startswith("commonline:")}


def load(path: Path = FILE, **variables: str) -> Compose:
    """Read a file; extensions (``x-…``) are left out, variables put in. Raises for anything unknown."""
    tree: dict[str, Any] = yaml.safe_load(interpolate(path.read_text("utf-8"), variables))
    return msgspec.convert({key: one for key, one in tree.items() if not key.startswith("x-")}, Compose)


def interpolate(text: str, variables: dict[str, str]) -> str:
    """As Compose does: ``${NAME:-default}``, ``${NAME:?message}``, ``$$`` for a dollar."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name in variables:
            return variables[name]
        if kind == ":-":
            return rest
        raise KeyError(f"{name}: {rest}")

    return _REFERENCE.sub(value, text).replace("$$", "$")
