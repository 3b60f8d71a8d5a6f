"""Writes the modules that name what is generated, for type checkers: ``records.py``, ``codec.py``."""

from __future__ import annotations

from collections.abc import Sequence

from commonline.schemas.generate.encoder import has_prefix
from commonline.schemas.generate.sources import Contract
from commonline.schemas.generate.text import snake

LONGEST_LINE = 120
_CODEC = '''"""Avro encoders and decoders of the contract's records. Generated; do not edit.

Compiled where that form is installed, else in Python: the same bytes, the same records, the same errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonline.schemas.compiled import chosen
from commonline.schemas.errors import DecodeError, EncodeError
from commonline.schemas.generated import decoder, encoder

__all__ = ['''


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
    parts: list[tuple[str, str, str]] = []
    for record in contract.records:
        name = snake(record.name)
        parts += [(record.name, "encode", name), (record.name, "decode", name)]
        if has_prefix(record):
            parts += [(record.name, "encode", f"{name}_prefix"), (record.name, "decode", f"{name}_prefix")]
    named = ["DECODERS", "ENCODERS", "DecodeError", "EncodeError"]
    every = [*named, *sorted(f"{verb}_{name}" for _, verb, name in parts)]
    lines = [_CODEC, *(f'    "{one}",' for one in every), "]", ""]
    for record_name, verb, name in sorted(parts, key=lambda part: (part[1], part[2])):
        method = f"{verb}_prefix" if name.endswith("_prefix") else verb
        line = f'{verb}_{name} = chosen("{record_name}", "{method}", {verb}r.{verb}_{name})'
        if len(line) > LONGEST_LINE:
            line = line.replace("chosen(", "chosen(\n    ").removesuffix(")") + "\n)"
        lines.append(line)
    text = "\n".join(lines) + "\n"
    for constant, verb, kind in (("ENCODERS", "encode", "[Any], bytes"), ("DECODERS", "decode", "[bytes, int], Any")):
        pairs = "".join(f'    "{record.name}": {verb}_{snake(record.name)},\n' for record in contract.records)
        text += f"\n{constant}: dict[str, Callable[{kind}]] = {{\n{pairs}}}\n"
    return text
