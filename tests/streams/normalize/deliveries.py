"""Deliveries of the connector ``fuse`` of ``tests/probes``, and a normalizer that knows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from commonline.configuration.load import parse
from commonline.configuration.model import Configuration
from commonline.errors import StateError
from commonline.kit import deliver
from commonline.kit.instance import instance
from commonline.schemas.records import Delivery
from commonline.streams.normalize.decide import Normalizer, sources
from commonline.streams.normalize.letters import Place

CONFIGURATION = '[workspaces.acme]\n[sources.fuse]\nconnector = "fuse"\nworkspace = "acme"\n'
NOW = 1_795_000_000_000_000
TOPIC = "deliveries.v1"


def configuration(text: str = CONFIGURATION) -> Configuration:
    return parse(text)


def delivery(body: bytes | list[dict[str, Any]], *, received: int = NOW, **changes: Any) -> Delivery:
    """A delivery of the source ``fuse``; `changes` replace fields of it."""
    known = configuration()
    source = instance("fuse", known.sources["fuse"], known.workspaces["acme"], Path())
    made = deliver.delivery(
        source,
        body if isinstance(body, bytes) else json.dumps(body).encode(),
        received=received,
        transport="webhook",
        authentication="none",
        content_type="application/json",
    )
    return msgspec.structs.replace(made, **changes)


def no_blob(uri: str) -> bytes:
    raise StateError(f"{uri} is not there")


def normalizer(text: str = CONFIGURATION, read_blob: Callable[[str], bytes] = no_blob) -> Normalizer:
    known = configuration(text)
    return Normalizer(sources(known, Path()), dict.fromkeys(known.workspaces, 0), read_blob, "commonline test")


def place(offset: int = 0, value: bytes = b"record") -> Place:
    return Place(TOPIC, 3, offset, value)
