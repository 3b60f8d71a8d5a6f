"""Everything generated is current, and the Avro files keep the project's rules."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import fastavro
import pytest
import yaml

from commonline.schemas import codec, models, records
from commonline.schemas.catalogue import FILES, RECORDS, schema_of
from commonline.schemas.errors import SourceError
from commonline.schemas.generate import __main__ as command
from commonline.schemas.generate import products
from commonline.schemas.generate.sources import AVRO, NAMESPACE, PACKAGE, Contract, load, parts
from commonline.topics import TABLE

ROOT = products.ROOT


def test_everything_generated_is_current() -> None:
    assert products.check() == [], "run: python -m commonline.schemas.generate"


def test_nothing_else_lies_where_products_lie() -> None:
    made = set(products.products(load()))
    for folder, pattern in (("generated/avsc", "*"), ("jsonschema", "*"), ("generated", "*.py")):
        found = {path for path in (PACKAGE / folder).glob(pattern) if path.is_file()}
        assert found - made <= {PACKAGE / "generated" / "__init__.py"}


def test_the_command_finds_and_mends_a_stale_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "records.py"
    stale.write_text("old")
    monkeypatch.setattr(products, "ROOT", tmp_path)
    monkeypatch.setattr(products, "products", lambda _: {stale: "new", tmp_path / "more" / "page.md": "page"})
    assert command.main(["--check"]) == 1
    assert capsys.readouterr().out == "out of date: records.py\nout of date: more/page.md\n"
    assert stale.read_text() == "old"
    assert command.main([]) == 0
    assert capsys.readouterr().out == "written: records.py\nwritten: more/page.md\n"
    assert stale.read_text() == "new"
    assert command.main(["--check"]) == 0
    assert command.main(["--chekc"]) == 2


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "commonline.schemas.generate", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def contract() -> Contract:
    return load()


def test_records_are_the_twelve_of_the_wire(contract: Contract) -> None:
    assert tuple(record.name for record in contract.records) == RECORDS
    assert {record.name: f"{record.stem}.v1" for record in contract.records} == FILES


@pytest.mark.parametrize("record", RECORDS)
def test_full_schemas_are_valid_avro_in_our_name_space(record: str) -> None:
    parsed: Any = fastavro.parse_schema(schema_of(record))
    assert parsed["name"] == f"{NAMESPACE}.{record}"


def test_public_modules_name_everything_generated(contract: Contract) -> None:
    names = {kind.name for kind in contract.structures}
    assert names <= set(models.__all__)
    assert names | {enum.name for enum in contract.enums} == set(records.__all__)
    assert len([name for name in codec.__all__ if name.startswith(("encode_", "decode_"))]) == 2 * (len(RECORDS) + 2)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the Avro files, to break."""
    shutil.copytree(AVRO, tmp_path / "avro")
    return tmp_path / "avro"


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


BROKEN = {
    "unknown type": ("activity.v1.avsc", '"type": "Thread"', '"type": "Threat"', "Activity.thread: no type Threat"),
    "no doc": ("pulse.v1.avsc", ', "doc": "Activities in this minute."', "", "Pulse.count: has no doc"),
    "null not first": (
        "control.v1.avsc",
        '["null", "string"]',
        '["string", "null"]',
        'Control.by: a union must be ["null", X]',
    ),
    "nullable without default": ("control.v1.avsc", '"default": null, ', "", "must have the default null"),
    "default of a list": (
        "activity.v1.avsc",
        '"items": "string"}, "default": []',
        '"items": "string"}, "default": ["x"]',
        "must be empty",
    ),
    "symbol that is none": ("types/records.avsc", '"default": "unknown"', '"default": "unkown"', "is no symbol of"),
    "enumeration without default": (
        "types/enumerations.avsc",
        '"default": "restricted"',
        '"default": "secret"',
        "Visibility: default must be one of the symbols",
    ),
    "logical type": ("cursor.v1.avsc", "timestamp-micros", "timestamp-millis", "is not used in this contract"),
    "twice": ("pulse.v1.avsc", '"name": "Pulse"', '"name": "Ledger"', "Ledger is written down twice"),
    "unused": ("delivery.v1.avsc", '"type": "Sha256"', '"type": "bytes"', "types that no record uses: Sha256"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_break_a_rule_are_refused(sources: Path, name: str) -> None:
    file, old, new, message = BROKEN[name]
    edit(sources, file, old, new)
    with pytest.raises(SourceError) as caught:
        load(sources)
    assert message in str(caught.value)


def references(item: Any) -> list[str]:
    if isinstance(item, dict):
        own = [item["$ref"]] if isinstance(item.get("$ref"), str) else []
        return own + [found for value in item.values() for found in references(value)]
    return [found for value in item for found in references(value)] if isinstance(item, list) else []


def test_asyncapi_names_every_topic_with_records_and_resolves() -> None:
    path = ROOT / "docs" / "reference" / "asyncapi.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {c["address"] for c in document["channels"].values()} == {topic.name for topic in TABLE if topic.record}
    for channel in document["channels"].values():
        topic = next(topic for topic in TABLE if topic.name == channel["address"])
        assert tuple(channel["messages"]) == topic.record
        assert channel.get("x-internal", False) == (topic.audience == "internal")
    found = references(document)
    assert len(found) > 50
    for reference in found:
        if reference.startswith("#/"):
            target = document
            for part in reference[2:].split("/"):
                target = target[part]
        else:
            schema = json.loads((path.parent / reference).resolve().read_text(encoding="utf-8"))
            assert schema["namespace"] == NAMESPACE


def test_only_feeds_and_completeness_are_for_departments() -> None:
    document = yaml.safe_load((ROOT / "docs" / "reference" / "asyncapi.yaml").read_text(encoding="utf-8"))
    shown = [c["address"] for c in document["channels"].values() if not c.get("x-internal")]
    assert shown == ["feeds.{workspace}.{department}.v1", "completeness.v1"]


def test_the_page_explains_every_field_and_symbol(contract: Contract) -> None:
    page = (ROOT / "docs" / "reference" / "schema.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0]: part for part in page.split("\n### ")[1:]}
    for record in contract.structures:
        for field in record.fields:
            assert f"| `{field.name}` |" in sections[record.name]
    for enum in contract.enums:
        listed = sections[enum.name].replace("**", "")
        assert " · ".join(enum.symbols) in listed
        assert f"**{enum.default}**" in sections[enum.name]
    anchors = {name.lower() for name in sections}
    linked = {part.split(")", 1)[0] for part in page.split("](#")[1:]}
    assert linked <= anchors


def test_parts_of_a_record(contract: Contract) -> None:
    control = next(record for record in contract.records if record.name == "Control")
    assert parts(control) == {"ControlKind"}
