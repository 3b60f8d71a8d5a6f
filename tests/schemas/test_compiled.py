"""The compiled codec decides as the one in Python, says the same of what is wrong, and never shadows edited sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.schemas import compiling
from tests.schemas.test_codec import damaged, minimal_activity

from commonline import compiled as forms
from commonline.schemas import compiled
from commonline.schemas.catalogue import RECORDS
from commonline.schemas.errors import DecodeError, EncodeError
from commonline.schemas.generated import decoder, encoder
from commonline.schemas.generated.shapes import SHAPES
from commonline.testing.strategies import records

WRONG: tuple[Any, ...] = (
    *(None, True, 3, -1, 1 << 31, 1 << 64, 1.5, "", "x", "\ud800", b"", b"x" * 32, bytearray(32)),
    *([], {}, (), ["\ud800"], [None], {"a": None}, {1: "a"}, {"\ud800": "a"}, object, SimpleNamespace(id="x")),
)


def outcome(function: Any, *given: Any) -> tuple[str, Any]:
    """What a codec gives, or the error that it raises."""
    try:
        return "made", function(*given)
    except (EncodeError, DecodeError) as error:
        return type(error).__name__, getattr(error, "path", None) or str(error).partition(":")[0]


@pytest.mark.parametrize("name", ["Activity", "Delivery", "Ledger", "Pulse", "Person"])
def test_values_that_the_schema_forbids_are_refused_with_the_same_words(name: str) -> None:
    made = compiling.codec_of(name)
    python = getattr(encoder, f"encode_{name.lower()}")

    @given(data=st.data())
    @settings(max_examples=40, deadline=None)
    def check(data: st.DataObject) -> None:
        record = data.draw(records(name))
        inner = getattr(record, data.draw(st.sampled_from(record.__struct_fields__)))
        target = inner if isinstance(inner, msgspec.Struct) and data.draw(st.booleans()) else record
        setattr(target, data.draw(st.sampled_from(target.__struct_fields__)), data.draw(st.sampled_from(WRONG)))
        assert outcome(made.encode, record) == outcome(python, record)

    check()


@pytest.mark.parametrize("name", RECORDS)
def test_damaged_bytes_are_read_alike_or_refused_alike(name: str) -> None:
    made = compiling.codec_of(name)
    python = getattr(decoder, f"decode_{''.join('_' * c.isupper() + c for c in name).strip('_').lower()}")

    @given(data=st.data())
    @settings(max_examples=40, deadline=None)
    def check(data: st.DataObject) -> None:
        content = data.draw(damaged(name) | st.binary(max_size=300))
        assert repr(outcome(made.decode, content)) == repr(outcome(python, content))

    check()


def test_a_record_of_another_class_is_read_by_attribute() -> None:
    made = compiling.codec_of("Activity")
    activity = minimal_activity()
    same = SimpleNamespace(**{name: getattr(activity, name) for name in activity.__struct_fields__})
    assert made.encode(same) == encoder.encode_activity(activity)


def test_frame_and_encoding_are_one_value() -> None:
    made = compiling.codec_of("Activity")
    assert made.framed(b"\0\0\0\0\7", minimal_activity()) == b"\0\0\0\0\7" + encoder.encode_activity(minimal_activity())


@pytest.mark.parametrize("arguments", [(), (b"", 0, 0), (b"", "x"), ("text",), (7,)])
def test_calls_that_cannot_be_meant_end_in_an_error(arguments: tuple[Any, ...]) -> None:
    made = compiling.codec_of("Activity")
    with pytest.raises((TypeError, DecodeError)):
        made.decode(*arguments)
    with pytest.raises((TypeError, DecodeError)):
        made.decode_prefix(*arguments)


@pytest.mark.parametrize(
    "shape", [(), ("string",), ("record",), ("record", int, ()), ("enum", 3), ("array",), ("what",)]
)
def test_shapes_that_are_none_are_refused(shape: tuple[Any, ...]) -> None:
    module, why = compiling.module()
    if module is None:
        pytest.skip(why)
    with pytest.raises((TypeError, ValueError, IndexError, AttributeError)):
        module.Codec(shape, None, None, None)


def test_memory_is_given_back() -> None:
    made = compiling.codec_of("Activity")
    raw = made.encode(minimal_activity())
    before = sys.getrefcount("Create"), sys.getrefcount(None)
    for _ in range(20_000):
        made.encode(made.decode(raw))
        with pytest.raises(DecodeError):
            made.decode(raw[:40])
    after = sys.getrefcount("Create"), sys.getrefcount(None)
    assert max(abs(a - b) for a, b in zip(after, before, strict=True)) < 1000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the codec's source."""
    return Path(shutil.copy(compiling.ROOT / "schemas" / "codec.c", tmp_path / "codec.c"))


def test_what_was_compiled_from_another_source_is_not_used(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    module, why = compiling.module()
    if module is None:
        pytest.skip(why)
    monkeypatch.delenv(forms.PURE, raising=False)
    monkeypatch.setitem(sys.modules, "commonline.schemas._codec", module)
    assert forms.extension("commonline.schemas._codec", source).module is module
    source.write_text(source.read_text() + "\n")
    found = forms.extension("commonline.schemas._codec", source)
    assert (found.module, found.why) == (None, "codec.c has changed since: make compiled")
    source.unlink()
    assert "cannot be read" in forms.extension("commonline.schemas._codec", source).why
    monkeypatch.setenv(forms.PURE, "1")
    assert forms.extension("commonline.schemas._codec", source).why == "COMMONLINE_PURE=1"


def test_without_a_compiled_module_python_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "codec", lambda: forms.extension("commonline.schemas._absent", Path("codec.c")))
    assert compiled.form() == compiled.Form("python", "not compiled")
    monkeypatch.setattr(compiled, "compiled", lambda _: None)
    assert compiled.chosen("Activity", "encode", encoder.encode_activity) is encoder.encode_activity


def test_a_compiled_module_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "codec", lambda: forms.Extension(ModuleType("any")))
    assert compiled.form() == compiled.Form("compiled")


def test_every_record_has_a_shape() -> None:
    assert tuple(SHAPES) == RECORDS


@pytest.mark.parametrize("pure", ["1", ""])
def test_a_process_takes_the_form_that_it_is_told(pure: str) -> None:
    program = "from commonline.schemas import codec; print(codec.encode_activity.__class__.__name__)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={"COMMONLINE_PURE": pure, "PYTHONPATH": str(compiling.ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    there = compiled.codec.__wrapped__().module  # not what this process was told to take
    expected = "function" if pure or there is None else "builtin_function_or_method"
    assert said.stdout.strip() == expected
