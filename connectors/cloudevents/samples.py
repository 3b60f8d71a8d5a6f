"""Samples of the CloudEvents conformance suite: YAML that describes a message is written out as that message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.connectors.cloudevents.envelope import PREFIX, STRUCTURED
from commonline.kit.samples import Sample
from commonline.kit.samples import read as usual

ATTRIBUTES = "ContextAttributes"


def read(name: str, data: bytes) -> list[Sample] | None:
    """Messages of a YAML file of the suite; None for all other files."""
    if not name.endswith((".yaml", ".yml")):
        return None
    return [_message(sample) for sample in usual(name, data)]


def _message(sample: Sample) -> Sample:
    try:
        told = msgspec.json.decode(sample.body)
    except msgspec.DecodeError:
        return sample
    if not isinstance(told, dict) or not isinstance(told.get(ATTRIBUTES), dict):
        return sample
    attributes: dict[str, Any] = {**told[ATTRIBUTES]}
    extensions = attributes.pop("Extensions", None)
    attributes |= extensions if isinstance(extensions, dict) else {}
    plain = {name: str(value) for name, value in attributes.items()}
    content = told.get("Data")
    text = content if isinstance(content, str) else msgspec.json.encode(content).decode() if content is not None else ""
    return _structured(sample, plain, text) if told.get("Mode") == "structured" else _binary(sample, plain, text)


def _structured(sample: Sample, attributes: Mapping[str, str], text: str) -> Sample:
    return Sample(sample.name, msgspec.json.encode({**attributes, "data": text}), STRUCTURED)


def _binary(sample: Sample, attributes: Mapping[str, str], text: str) -> Sample:
    kind = attributes.get("datacontenttype", "application/json")
    named = {n: v for n, v in attributes.items() if n != "datacontenttype"}
    headers = {f"{PREFIX}{name}": quote(value, safe=" !#$&'()*+,/:;=?@[]-._~{}") for name, value in named.items()}
    return Sample(sample.name, text.encode(), kind, headers)
