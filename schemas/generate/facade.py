"""Writes the modules that name what is generated, for type checkers: ``records.py``, ``codec.py``."""

from __future__ import annotations

from collections.abc import Sequence

from commonline.schemas.generate.encoder import has_prefix
from commonline.schemas.generate.sources import Contract
from commonline.schemas.generate.text import snake


def _module(doc: str, imports: dict[str, list[str]], more: Sequence[str] = ()) -> str:
    lines = [f'"""{doc} Generated; do not edit."""', "", "from __future__ import annotations", ""]
    for module, names in imports.items():
        lines += [f"from {module} import (", *(f"    {name}," for name in names), ")"]
    names = [*more, *sorted(name for found in imports.values() for name in found)]
    lines += ["", "__all__ = [", *(f'    "{name}",' for name in names), "]"]
    return "\n".join(lines) + "\n"


def records(contract: Contract) -> str:
    """Text of ``schemas/records.py``."""
    names = sorted([*(e.name for e in contract.enums), *(r.name for r in contract.structures)])
    doc = "Records of the contract as msgspec structs: the hot path's view."
    return _module(doc, {"commonline.schemas.generated.records": names})


def models(contract: Contract) -> str:
    """Text of ``schemas/models.py``."""
    names = sorted(r.name for r in contract.structures)
    doc = "Records of the contract as pydantic models: for people's code."
    return _module(doc, {"commonline.schemas.generated.models": names})


def codec(contract: Contract) -> str:
    """Text of ``schemas/codec.py``."""
    names = [snake(record.name) for record in contract.records]
    prefixed = [snake(record.name) for record in contract.records if has_prefix(record)]
    decoders = [*(f"decode_{name}" for name in names), *(f"decode_{name}_prefix" for name in prefixed)]
    encoders = [*(f"encode_{name}" for name in names), *(f"encode_{name}_prefix" for name in prefixed)]
    imports = {
        "commonline.schemas.errors": ["DecodeError", "EncodeError"],
        "commonline.schemas.generated.decoder": sorted(decoders),
        "commonline.schemas.generated.encoder": sorted(encoders),
    }
    text = _module("Avro encoders and decoders of the contract's records.", imports, ["DECODERS", "ENCODERS"])
    text = text.replace(
        "annotations\n", "annotations\n\nfrom collections.abc import Callable\nfrom typing import Any\n", 1
    )
    for constant, verb, kind in (("ENCODERS", "encode", "[Any], bytes"), ("DECODERS", "decode", "[bytes, int], Any")):
        pairs = "".join(f'    "{record.name}": {verb}_{snake(record.name)},\n' for record in contract.records)
        text += f"\n{constant}: dict[str, Callable[{kind}]] = {{\n{pairs}}}\n"
    return text
