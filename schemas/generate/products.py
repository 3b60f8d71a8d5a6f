"""The list of everything that is generated, and where it goes."""

from __future__ import annotations

import json
from pathlib import Path

from commonline.schemas.generate import asyncapi, reference
from commonline.schemas.generate.decoder import decoder
from commonline.schemas.generate.encoder import encoder
from commonline.schemas.generate.facade import codec, models, records
from commonline.schemas.generate.jsonschema import json_schema
from commonline.schemas.generate.models import models as models_module
from commonline.schemas.generate.shapes import shapes
from commonline.schemas.generate.sources import PACKAGE, Contract, load
from commonline.schemas.generate.structs import structs

ROOT = PACKAGE.parent


def products(contract: Contract) -> dict[Path, str]:
    """Text by path."""
    made: dict[Path, str] = {
        PACKAGE / "generated" / "records.py": structs(contract),
        PACKAGE / "generated" / "encoder.py": encoder(contract),
        PACKAGE / "generated" / "decoder.py": decoder(contract),
        PACKAGE / "generated" / "shapes.py": shapes(contract),
        PACKAGE / "generated" / "models.py": models_module(contract),
        PACKAGE / "models.py": models(contract),
        PACKAGE / "codec.py": codec(contract),
        PACKAGE / "records.py": records(contract),
        ROOT / asyncapi.PATH: asyncapi.asyncapi(contract),
        ROOT / reference.PATH: reference.reference(contract),
    }
    for record in contract.records:
        schema = json.dumps(contract.self_contained(record.name), ensure_ascii=False, indent=1)
        made[PACKAGE / "generated" / "avsc" / f"{record.stem}.v1.avsc"] = schema + "\n"
        made[PACKAGE / "jsonschema" / f"{record.stem}.v1.json"] = json_schema(record, contract)
    return made


def _differing(contract: Contract) -> dict[Path, str]:
    return {
        path: text
        for path, text in products(contract).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def check() -> list[Path]:
    """Paths whose content is not what the Avro files say, relative to the project."""
    return [path.relative_to(ROOT) for path in _differing(load())]


def write() -> list[Path]:
    """Write what differs; the paths written, relative to the project."""
    stale = _differing(load())
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path.relative_to(ROOT) for path in stale]
