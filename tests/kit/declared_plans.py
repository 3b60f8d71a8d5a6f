"""Mappings and bodies by chance: expressions over few keys, and values of every kind below those keys."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

KEYS = ("a", "b", "c", "list", "who", "id", "at", "type")
WORDS = ("customer", "public", "Ticket", "open", "true", "no", " Review ", "us", "person", "Delete", "Like", "off")
TEXTS = (
    *("", " ", "x", "  two  spaces ", "line\nline", "tab\there", "cr\r\nlf\rx", "a,b, a ,,c", "Grüße", "naïve é"),
    *("e\u0301", "日本語", "emoji 😀", "family 👩\u200d👩", "nbsp\u00a0x", "\u2028", "\u200b", "soft\u00adhyphen"),
    *("nul\u0000", "\u007f", "\u212a", "\u017f", "가", "\u1100\u1161", "<b>bold</b>", "a & b", "http://x.example/y"),
    *("https://x.example/y?token=1", "https://u@x.example/", "HTTP://X", "https://x y", "see https://x.example."),
    *("ana@example.org", " <Ana@Example.ORG.> ", "@x", "a@b@c.d", "a b@c.d", "ä@example.org", "a@münchen.de", "x@-"),
    *("mailto:A@b.c", "tel:+4930123456", "+49 30 123456", "030 123456", "acct:a@b.c", "did:web:x", "acct:a b"),
    *("@handle", "webhook:x/y", "2026-05-08T12:28:00Z", "2026-05-08T12:28:00.123Z", "2026-05-08", "1777900000"),
    *("2026-05-08 12:28:00.123456+02:00", "2026-02-30T00:00:00Z", "2026-05-08T12:28:00", "2026-05-08T12:28:00-00:30"),
    *("1777900000000", "1777900000.5", "12", "1994-01-01T00:00:00Z", "Fri, 08 May 2026 12:28:00 +0000", "-5", "007"),
    *("2100-01-01T00:00:00Z", "2026-05-08T24:00:00Z", "2026-05-08T12:28:00.1Z", "1_0", "order.updated", "issueDeleted"),
    *("orders/create", "x" * 301, "y" * 1001, "ü" * 200, "de-DE", "de--DE", "12.5", "1e5", "inf", "nan", "\u0663"),
)
TIMES = ("2026-05-08T12:28:00Z", "2026-05-08T12:28:00.123+02:00", "1777900000", "2026-05-08 12:28:00")
"""What both forms read as times."""
texts = st.one_of(
    *(st.sampled_from(some) for some in (TEXTS, WORDS, WORDS, TIMES)),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([1_777_900_000, 1_777_900_000_000, 10**17, 10**18, -(10**18), 2**53 + 1, 2**63, 2**64, 10**30]),
    st.sampled_from([0.0, -0.0, 1.5, 0.1, 1e300, -2.25, 1777900000.25]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, texts, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5), scalars
    ),
    max_leaves=8,
)
mild = st.one_of(
    st.none(), st.integers(0, 9), st.sampled_from((*WORDS, *TIMES, "Grüße 😀", "a,b", "x", "ana@example.org"))
)
usual = st.fixed_dictionaries(
    {"id": st.one_of(st.integers(1, 9), st.sampled_from(["x", "a/b ü", "c"])), "at": st.sampled_from(TIMES)},
    optional={
        **dict.fromkeys(("a", "b", "c", "type"), mild),
        "who": st.fixed_dictionaries({"id": mild, "a": mild}),
        "list": st.lists(mild, max_size=3),
    },
)
wild = st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=8)
bodies = st.one_of(usual, usual, wild, st.tuples(usual, wild).map(lambda p: {**p[0], **p[1]}))

paths = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "id",
        "at",
        "type",
        "a.b",
        "b.c",
        "who.id",
        "who.a",
        "list",
        "list[0]",
        "list[1].a",
        "a.b.c",
        "list[0].id",
    ]
)
literals = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f"'{word}'"),
    st.sampled_from(["`3`", "`true`", "`null`", '`""`', "`false`", "`1`"]),
)
plain = st.one_of(paths, paths, literals, st.sampled_from(["header('x-a')", "header('X-B')"]))


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda p: f"({p[0]} || {p[1]})"),
        two.map(lambda p: f"({p[0]} && {p[1]})"),
        two.map(lambda p: f"({p[0]} == {p[1]})"),
        two.map(lambda p: f"({p[0]} != {p[1]})"),
        inner.map(lambda e: f"!({e})"),
        two.map(lambda p: f"join('-', [{p[0]}, {p[1]}])"),
        inner.map(lambda e: f"lower({e})"),
        inner.map(lambda e: f"to_string({e})"),
        two.map(lambda p: f"not_null({p[0]}, {p[1]})"),
        inner.map(lambda e: f"sum({e})"),
    )


expressions = st.one_of(plain, plain, plain, plain, st.recursive(plain, _combined, max_leaves=4))
ids = st.one_of(st.just("id"), st.just("not_null(id, 'x')"), st.just("'x'"), expressions)
moments = st.one_of(st.just("at"), st.just("at"), expressions)
_moments = {"created", "published", "version"}
_party_keys = ("account", "id", "name", "handle", "email", "phone", "kind", "side", "each")
_keys = (
    *("ignore", "event", "version", "type", "edited", "deleted", "object_type", "title", "language", "url", "created"),
    *("published", "channel", "visibility", "direction", "thread", "thread_title", "thread_state", "container"),
    *("container_name", "parent", "our_account", "reaction", "automated", "generator", "client_ref", "tags"),
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A table ``mapping`` with at least an id and a text."""
    chosen = draw(st.sets(st.sampled_from(_keys), max_size=5))
    table: dict[str, Any] = {name: draw(moments if name in _moments else expressions) for name in sorted(chosen)}
    table |= {"id": draw(ids), "text": draw(expressions)}
    for name in draw(st.sets(st.sampled_from(["visibility", "channel", "thread_state"]), max_size=2)):
        table[name] = draw(st.sampled_from(["public", "ticket", "open", "internal", "review"]))
    if draw(st.booleans()):
        table["markup"] = draw(st.sampled_from(["text/plain", "text/html", "text/markdown"]))
    if draw(st.booleans()):
        table["verbs"] = {"x": "Update", "order.updated": "Delete", "type": "Undo Like"}
    for name in draw(st.sets(st.sampled_from(["actor", "author"]), max_size=1)):
        table[name] = draw(_parties)
    table["participants"] = draw(st.lists(_parties, max_size=1))
    for name in draw(st.sets(st.sampled_from(["metrics", "fields"]), max_size=2)):
        table[name] = {"one": draw(expressions), "größe": draw(expressions)}
    if draw(st.integers(0, 4)) == 0:
        table["attachments"] = {"each": draw(paths)}
    if draw(st.booleans()):
        table["system"] = draw(st.sampled_from(["kettle", "a/b c", "ü"]))
    return table


_parties = st.builds(
    lambda keys, told, role: {**dict(zip(keys, told, strict=False)), **({"role": role} if role else {})},
    st.lists(st.sampled_from(_party_keys[:-1]), min_size=1, max_size=4, unique=True).flatmap(
        lambda keys: st.sampled_from([keys, [*keys, "each"], keys])
    ),
    st.lists(expressions, min_size=5, max_size=5),
    st.sampled_from([None, "requester", "subject"]),
)

OWN = ("mailto:ana@example.org", "mailto:*@example.org", "webhook:desk/user/x", "webhook:*/user/*", "acct:a@b.c")
placements = st.fixed_dictionaries(
    {},
    optional={
        "own_accounts": st.lists(
            st.sampled_from(
                [
                    "mailto:ana@example.org",
                    "mailto:*@example.org",
                    "webhook:desk/user/x",
                    "webhook:*/user/*",
                    "acct:a@b.c",
                ]
            ),
            max_size=3,
        ),
        "visibility": st.sampled_from(["public", "internal", "restricted"]),
        "unknown_side": st.sampled_from(["unknown", "customer", "us"]),
        "our_account": st.sampled_from([None, "mailto:desk@example.org"]),
    },
)
headers = st.dictionaries(
    st.sampled_from(["x-a", "x-b", "traceparent", "x-event", "ce-time", "ce-type"]),
    st.sampled_from(["", "order.updated", "2026-05-08T12:28:00Z", "x y", "tab\t", "ü", "00-aa-bb-01", "z" * 130]),
    max_size=3,
)


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """A body's JSON, in one of several spellings; one time in four damaged."""
    body = draw(bodies)
    style = draw(st.integers(0, 2))
    separators = (",", ":") if style == 0 else (" , ", "\t:\n")
    text = json.dumps(body, ensure_ascii=style == 1, separators=separators, allow_nan=False)
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 3)):
        return data
    return draw(damages(data))


PIECES = (
    *("http", "https", "://", "http://", "https://x.de", ":", "/", "h", "s", "\u017f", " ", ".", ",", ")", "(", "]"),
    *("[", "{", "}", "\u201c", "\u201d", "\u2026", "\u2019", "x", "?", "&", "=", "token", "#", "<", '"', "é", "日"),
    *("HTTP", "\n", "*"),
)
linked = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join)
"""Texts in which addresses stand."""
_parameters = st.sampled_from(["/", "?", "&", "=", "token", "Token", "a", "#", "%20", "+", "@", "[", ".", "id"])
addresses = st.tuples(
    st.sampled_from(["https://", "http://", "https://x.de/", "https://x.de?"]),
    st.lists(_parameters, max_size=9).map("".join),
).map("".join)
ODD_BYTES = tuple(b'\x00|"|\\|{|}|,|\xff|\xed\xa0\x80|1|-|.|e9|\\ud800|\xc3| |'.split(b"|"))


@st.composite
def damages(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes with some of them changed, taken away or doubled."""
    place = draw(st.integers(0, len(data)))
    kind = draw(st.integers(0, 3))
    odd = draw(st.sampled_from(ODD_BYTES))
    if kind == 0:
        return data[:place] + odd + data[place:]
    if kind == 1:
        return data[:place] + odd + data[place + 1 :]
    if kind == 2:
        return data[:place]
    return b'{"a":{"b":1,"id":"x"},' + data[1:]
