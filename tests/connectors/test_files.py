"""Files: rows are read once, in whichever pieces; what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.polled import NOW, Polled

from commonline.connectors.files import mapping, rows, source
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.mapping import Dead
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Item

MAPPING = {"system": "feedback", "id": "n", "text": "text", "published": "at"}
CSV = 'n,text,at\n1,"two\nlines",2024-05-04T09:00:00Z\n2,plain,2026-05-04T09:00:00Z\n'


def polled(paths: list[str], **settings: Any) -> Polled:
    given_ = {"paths": paths, "format": "auto", "delimiter": "", "encoding": "utf-8", "mapping": MAPPING, **settings}
    return Polled("files", given_, since=0, mode="backfill")


def lines(items: list[Item]) -> list[str]:
    return [item.headers["file-line"] for item in items]


async def test_a_back_fill_reads_all_and_again_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(CSV)
    (tmp_path / "a.jsonl").write_text('{"n": 3, "text": "three"}\n\n{"n": 4, "text": "four"}')
    one = polled([str(tmp_path / "*")])
    items, cursor = await one.round()
    assert lines(items) == ["1", "3", "2", "4"]
    facts = one.mapped(items)
    assert [fact.object.text for fact in facts] == ["three", "four", "two\nlines", "plain"]
    assert {fact.object.id for fact in facts} == {f"webhook:feedback/item/{n}" for n in (1, 2, 3, 4)}
    assert await one.round(cursor) == ([], cursor)
    again = one.mapped((await one.round())[0])
    assert [fact.id for fact in again] == [fact.id for fact in facts]


async def test_a_row_is_the_fact_that_the_webhook_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"n": "3", "text": "three", "at": "2026-05-04T09:00:00Z"}\n')
    one = polled([str(tmp_path / "a.jsonl")])
    (fact,) = one.mapped((await one.round())[0])
    called = trial(catalogue.connector("webhook"), {"mapping": MAPPING}, name="feedback")
    body = b'{"n": 3, "text": "three", "at": "2026-05-04T09:00:00Z"}'
    ((live,),) = [result.activities for result in called.run(called.delivery(Sample("call", body), NOW))]
    assert (fact.id, fact.object) == (live.id, live.object)


async def test_only_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV + "3,when?,soon\n")
    one = polled([str(tmp_path / "a.csv")])
    one.since = 1_750_000_000_000_000
    assert lines((await one.round())[0]) == ["4", "5"], "a row whose time is not told is read"


async def test_interrupted_it_goes_on_behind_the_last_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PAGE", 2)
    (tmp_path / "a.csv").write_text("n,text\n" + "".join(f'{n},"t\n{n}"\n' for n in range(7)))
    one = polled([str(tmp_path / "a.csv")])
    whole, _ = await one.round()
    half = {"files": {str(tmp_path / "a.csv"): {"line": 6, "offset": len(b'n,text\n0,"t\n0"\n1,"t\n1"\n')}}}
    rest, _ = await one.round(half)
    assert rest == whole[2:]


async def test_live_reads_what_is_added(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CSV)
    one = polled([str(tmp_path / "*.csv")])
    one.mode, one.since = "live", None
    items, cursor = await one.round()
    assert items == []
    with file.open("a") as writing:
        writing.write("3,three,\n4,fo")
    (tmp_path / "b.csv").write_text("n,text\n5,five\n")
    items, cursor = await one.round(cursor)
    assert lines(items) == ["5", "2"]
    with file.open("a") as writing:
        writing.write("ur,\n")
    items, cursor = await one.round(cursor)
    assert lines(items) == ["6"]
    file.write_text("n,text\n9,anew\n")
    assert lines((await one.round(cursor))[0]) == ["2"], "the file was replaced"


async def test_what_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'n,text\n1,a,b\n2,"open\n3,fine\n4,\xff\n')
    (tmp_path / "b.jsonl").write_text('{"n": 1,}\n{"text": "no id"}\n')
    one = polled([str(tmp_path / "*")])
    tried = trial(catalogue.connector("files"), {"mapping": MAPPING})
    found = []
    for item in (await one.round())[0]:
        sample = Sample("row", item.body, item.content_type, item.headers)
        (result,) = tried.run(tried.delivery(sample, NOW))
        if isinstance(result.outcome, Dead):
            found.append((result.outcome.path, result.outcome.message.partition(":")[0]))
    assert found == [
        ("a.csv:2", "has 3 columns, the first row names 2"),
        ("a.csv:3", "is no row of CSV"),
        ("a.csv:5", "is not utf-8"),
        ("b.jsonl:1", "is no JSON"),
        ("b.jsonl:2.mapping.id", "the expression of mapping.id finds no text or whole number"),
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"paths": ["/nowhere/a.csv"]}, "does not exist"),
        ({"encoding": "utf-16"}, "convert the file"),
        ({"encoding": "klingon"}, "is not read"),
        ({"delimiter": "::"}, "not one character"),
    ],
)
async def test_settings_that_cannot_work(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    one = polled([str(tmp_path / "a.csv")])
    one.settings |= settings
    with pytest.raises(ConfigurationError, match=message):
        await one.round()


async def test_an_unknown_ending_needs_a_word(tmp_path: Path) -> None:
    (tmp_path / "export").write_text(CSV)
    with pytest.raises(ConfigurationError, match="say format"):
        await polled([str(tmp_path / "export")]).round()
    assert len((await polled([str(tmp_path / "export")], format="csv").round())[0]) == 2


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_what_is_written_as_csv_comes_back(cells: list[tuple[str, str]], delimiter: str) -> None:
    told = [("a", "b"), *(("x" + first, second) for first, second in cells)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in told]
    how = rows.Layout(rows.CSV, "utf-8", delimiter, quoted[0].encode())
    data = "".join(quoted[1:]).encode()
    pieces = iter([piece + b"\n" for piece in data.split(b"\n")[:-1]])
    read = rows.rows(pieces, how, line=2, offset=0)
    found = [mapping.values_of(how.head + row.data, "csv", "utf-8", delimiter) for row in read]
    assert found == [{"a": first, "b": second} for first, second in told[1:]]
