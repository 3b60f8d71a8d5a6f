"""Fixtures: ``<event>__<case>.<ending>``, the body as the product sends it; beside it ``.meta.json`` and
``.expected.json``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit.catalogue import Connector
from commonline.kit.place import Placement
from commonline.kit.replay import Trial, trial
from commonline.kit.samples import Sample, content_type
from commonline.schemas.records import Delivery, Mode, Transport

FOLDER = "fixtures"
META = ".meta.json"
EXPECTED = ".expected.json"
RECEIVED = 1_780_315_200_000_000
"""When all fixtures are received: 2026-06-01T12:00:00Z."""


class Meta(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a fixture's body alone does not say.

    `settings`: mapping settings of the source; `own_accounts`: as in the configuration; `same_as`: another fixture
    that tells the same fact by another way, so that both have one id; `markup_meant`: somebody really wrote what looks
    like left-over markup (an escaped ``&lt;b&gt;`` that is to be decoded once).
    """

    headers: dict[str, str] = {}
    request: str | None = None
    content_type: str | None = None
    transport: Transport | None = None
    mode: Mode = "live"
    settings: dict[str, Any] = {}
    region: str | None = None
    own_accounts: list[str] = []
    same_as: str | None = None
    markup_meant: bool = False


@dataclass(frozen=True)
class Fixture:
    """One fixture file."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.name.rpartition(".")[0]

    @property
    def file(self) -> str:
        """The path below the connector's folder."""
        return f"{FOLDER}/{self.path.name}"

    @property
    def expected_path(self) -> Path:
        """Where its golden stands."""
        return self.path.with_name(self.name + EXPECTED)

    @property
    def meta_path(self) -> Path:
        """Where its meta file stands, if it has one."""
        return self.path.with_name(self.name + META)

    @cached_property
    def body(self) -> bytes:
        """The body."""
        return self.path.read_bytes()

    @cached_property
    def meta(self) -> Meta:
        """The meta file's contents. Raises `ConfigurationError` if it is malformed."""
        if not self.meta_path.is_file():
            return Meta()
        try:
            return msgspec.json.decode(self.meta_path.read_bytes(), type=Meta)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{self.meta_path.name}: {error}") from error

    def trial(self, connector: Connector) -> Trial:
        """The source that this fixture comes from."""
        own = self.meta.own_accounts
        placement = Placement(
            own=frozenset(account for account in own if "*" not in account),
            own_patterns=tuple(account for account in own if "*" in account),
        )
        return trial(connector, self.meta.settings, region=self.meta.region, placement=placement)

    def sample(self, body: bytes | None = None) -> Sample:
        """The fixture as a sample, with another body on request."""
        meta = self.meta
        return Sample(
            name=self.path.name,
            body=self.body if body is None else body,
            content_type=meta.content_type or content_type(self.path.name),
            headers=meta.headers,
            request=meta.request,
            transport=meta.transport,
        )

    def delivery(self, source: Trial, body: bytes | None = None, received: int = RECEIVED) -> Delivery:
        """The delivery of this fixture."""
        return source.delivery(self.sample(body), received, mode=self.meta.mode)


def fixtures(folder: Path) -> list[Fixture]:
    """All fixtures of a connector, sorted by name."""
    place = folder / FOLDER
    if not place.is_dir():
        return []
    files = [path for path in place.iterdir() if path.is_file() and not path.name.startswith(".")]
    return [Fixture(path) for path in sorted(files) if not path.name.endswith((META, EXPECTED))]
