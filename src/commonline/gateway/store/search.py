"""Full text, the same in SQLite (FTS5) and PostgreSQL (tsvector): words are folded here, not by the database.

Case, accents and width are folded (NFKD, casefold), so ``Café`` is found by ``cafe``. A search holds when every word
is there; the last one may be the beginning of a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)

_WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 20_000
"""Words of one content that are found; PostgreSQL takes no more than a megabyte."""
LONGEST = 100
_search: Any = table("search", column("id", BigInteger), column("rowid", BigInteger), column("words"))


def words(said: str) -> list[str]:
    """The words of a text as they are found, in order."""
    folded = unicodedata.normalize("NFKD", said).casefold()
    plain = "".join(one for one in folded if not unicodedata.combining(one))
    return [word[:LONGEST] for word in _WORD.findall(plain)]


def index(connection: Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Take in contents: id, and their words with spaces between."""
    values = [{"id": identifier, "words": said} for identifier, said in rows if said]
    if not values:
        return
    if connection.dialect.name == "postgresql":
        given = func.json_to_recordset(bindparam("rows", values, type_=JSON)).table_valued(
            column("id", BigInteger), column("words", Text)
        )
        derived = given.render_derived(with_types=True)
        made = select(derived.c.id, func.to_tsvector(literal_column("'simple'"), derived.c.words))
        connection.execute(insert(_search).from_select(["id", "words"], made))
    else:
        connection.execute(text("INSERT INTO search (rowid, words) VALUES (:id, :words)"), values)


def forget(connection: Connection) -> None:
    """Take all contents out."""
    connection.execute(text("DELETE FROM search"))


def matching(dialect: str, asked: list[str]) -> Select[Any]:
    """Ids of contents that have all words; `asked` is not empty and comes from `words`."""
    if dialect == "postgresql":
        query = " & ".join([*asked[:-1], f"{asked[-1]}:*"])
        return select(_search.c.id).where(_search.c.words.op("@@")(func.to_tsquery("simple", query)))
    query = " ".join([*(f'"{word}"' for word in asked[:-1]), f'"{asked[-1]}"*'])
    return select(_search.c.rowid).where(_matches(query))


def _matches(query: str) -> ColumnElement[bool]:
    return text("search MATCH :search_words").bindparams(bindparam("search_words", query, unique=True))  # type: ignore[return-value]
