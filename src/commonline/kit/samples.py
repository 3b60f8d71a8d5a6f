"""Sample files: how a file on disk becomes what a product would have sent.

Forms that every connector understands:

* ``.json``: the raw body; or an envelope ``{"headers": {…}, "body": …}`` as capturing services write it,
  whose body (any JSON, or text with the raw bytes) and headers are taken apart;
* ``.ndjson``, ``.jsonl``: one body a line; ``.yaml``, ``.yml``: one body a document, brought in as JSON;
* ``.eml``, ``.xml``, ``.html``, ``.md``, ``.form``: the raw body, its content type by the ending;
* ``.txt``: a multipart form if it begins with a boundary line, else plain text.

A connector whose samples are something else has ``samples.py`` with ``read(name, data) -> list[Sample] |
None``; None means: as usual.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

from commonline.errors import MalformedPayloadError
from commonline.schemas.records import Transport

JSON = "application/json"
OCTETS = "application/octet-stream"
CONTENT_TYPES = {
    "json": JSON,
    "eml": "message/rfc822",
    "xml": "application/xml",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
    "ndjson": "application/x-ndjson",
    "jsonl": "application/x-ndjson",
}
_BOUNDARY = re.compile(rb"--([0-9A-Za-z'()+_,./:=? -]{1,70})\r?\nContent-Disposition:", re.IGNORECASE)
_ENVELOPE = {"headers", "body"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a product would have sent: `name` says which file (and line), `headers` are as captured."""

    name: str
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    request: str | None = None
    transport: Transport | None = None


def read(name: str, data: bytes) -> list[Sample]:
    """The samples of one file, by its ending. Never raises: what cannot be taken apart is brought
    in whole."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending == "json":
        return [_json(name, data)]
    if ending in ("ndjson", "jsonl"):
        lines = enumerate(data.split(b"\n"), start=1)
        return [Sample(f"{name}:{number}", line.strip()) for number, line in lines if line.strip()]
    if ending in ("yaml", "yml"):
        return _yaml(name, data)
    if ending == "txt" and (found := _BOUNDARY.match(data)):
        boundary = found[1].decode("ascii").rstrip()
        return [Sample(name, data, f'multipart/form-data; boundary="{boundary}"')]
    return [Sample(name, data, CONTENT_TYPES.get(ending, OCTETS))]


def content_type(name: str) -> str:
    """The content type that a file's ending stands for."""
    return CONTENT_TYPES.get(name.rpartition(".")[2].lower(), OCTETS)


def _json(name: str, data: bytes) -> Sample:
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Sample(name, data)
    if not isinstance(whole, dict) or not whole.keys() >= _ENVELOPE or not isinstance(whole["headers"], dict):
        return Sample(name, data)
    headers = {key.lower(): value for key, value in whole["headers"].items() if isinstance(value, str)}
    body = whole["body"]
    raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    return Sample(name, raw, headers.get("content-type", JSON), headers)


class _Loader(yaml.SafeLoader):
    """Reads foreign tags (``!ruby/hash:…``) as the plain values they stand on, and dates as text."""


def _plain(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _text(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _plain)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


def _yaml(name: str, data: bytes) -> list[Sample]:
    try:
        documents: Iterable[Any] = [d for d in yaml.load_all(data, _Loader) if d is not None]
        return [Sample(f"{name}:{n}", _encode(document)) for n, document in enumerate(documents, start=1)]
    except (yaml.YAMLError, MalformedPayloadError, UnicodeDecodeError, RecursionError, ValueError, TypeError):
        return [Sample(name, data, "application/yaml")]


def _encode(document: Any) -> bytes:
    try:
        return msgspec.json.encode(document)
    except (TypeError, ValueError, msgspec.EncodeError) as error:
        raise MalformedPayloadError(str(error)) from error
