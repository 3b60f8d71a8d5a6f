"""Each rule of declared mappings at its corners: both forms agree, and the engine does what it is there for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.kit.declared_pair import Pair, framed

CORNERS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"version": "at"}, {"at": "1994-01-01T00:00:00Z"}),
    ({"version": "at"}, {"at": " 007 "}),
    ({"version": "at", "published": "at"}, {"at": 1_777_900_000_123}),
    ({"published": "at"}, {"at": 99_999_999_999}),
    ({"published": "at"}, {"at": "2024-02-29T23:59:59.999+14:00"}),
    ({"published": "at"}, {"at": "2026-05-08T12:28:00"}),
    ({"created": "at"}, {"at": True}),
    ({}, {"timestamp": 1_777_900_000, "created": "2026-05-08T12:28:00Z"}),
    ({"type": "x", "published": "at"}, {"x": " View ", "at": 1_777_900_000}),
    ({"deleted": "x", "published": "at"}, {"x": "yes", "at": 1_777_900_000}),
    ({"deleted": "x"}, {"x": "Off"}),
    ({"edited": "x", "version": "v"}, {"x": 1, "v": 3}),
    ({"event": "x"}, {"x": "orders/removed", "time": 1_777_900_000}),
    ({"actor": {"id": "x", "email": "m"}}, {"x": "a/b c", "m": " <Ana.Lima@Example.ORG.>"}),
    ({"actor": {"email": "m", "name": "n"}}, {"m": "a b@example.org", "n": "Ana"}),
    ({"actor": {"email": "m", "handle": "h"}}, {"m": "x@-", "h": "@"}),
    ({"actor": {"account": "x", "side": "s", "kind": "k"}}, {"x": "acct:ana@example.org", "s": "US", "k": "person"}),
    ({"actor": {"account": "x", "id": "i"}}, {"x": "did:web:a b", "i": 7}),
    ({"our_account": "x"}, {"x": "mailto:Desk@Example.org"}),
    ({"participants": [{"id": "x", "role": "requester"}, {"id": "y"}]}, {"x": 1}),
    ({"participants": [{"each": "list", "id": "id"}]}, {"list": []}),
    ({"attachments": {"each": "list"}}, {"list": None}),
    ({"parent": "id"}, {}),
    ({"parent": "x", "container": "x", "container_name": "n", "thread": "y"}, {"x": "ü", "n": " a  b ", "y": 2}),
    ({"tags": "x"}, {"x": "a, b,,a ,c"}),
    ({"tags": "x"}, {"x": ["b", 1, True, None, {}, "b", " "]}),
    ({"tags": "x"}, {"x": {"a": 1}}),
    ({"metrics": {"a": "x", "b": "y", "c": "z"}}, {"x": 2**53 + 1, "y": "12.50", "z": True}),
    ({"fields": {"a": "x", "b": "y"}}, {"x": False, "y": "  "}),
    ({"language": "x"}, {"x": "pt-BR"}),
    ({"language": "x"}, {"x": "pt--BR"}),
    ({"url": "x"}, {"x": "https://x.example/?a=1&b"}),
    ({"url": "x"}, {"x": "ftp://x.example/"}),
    ({"markup": "text/html"}, {"text": "no  tags,\n but\tspaces "}),
    ({"title": "join('/', [x, lower(y), to_string(z)])"}, {"x": "A", "y": "B", "z": 3}),
    ({"title": "not_null(x, y, 'z')"}, {"x": None}),
    ({"automated": "x == `1` && !y"}, {"x": 1, "y": ""}),
    ({"automated": "x != 'a'"}, {"x": True}),
    ({"title": "list[1].a"}, {"list": [{"a": "x"}, {"a": "y"}]}),
    ({"text": "x"}, {"x": None}),
    ({"text": "x"}, {"x": 17}),
    ({"text": "x"}, {"x": "see (https://x.example/a_(b)), http://y.example... “https://z.example”"}),
    ({"visibility": "x"}, {"x": "secret"}),
)


@pytest.mark.parametrize(("table", "body"), CORNERS)
def test_corners_of_the_rules_stay_in_and_come_out_alike(table: dict[str, Any], body: dict[str, Any]) -> None:
    pair = Pair({"id": "id", "text": "text", **table}, workspace={"own_accounts": ["mailto:*@example.org"]})
    written = json.dumps({"id": 1, "text": "x", **body}, ensure_ascii=False).encode()
    assert pair.agree(framed(pair.delivery(written)))


ASIDE: tuple[tuple[dict[str, Any], bytes], ...] = (
    ({}, b'{"id": 1, "id": 2, "text": "x"'),
    ({}, b'\xef\xbb\xbf{"id": 1, "text": "x"}'),
    ({}, b'[{"id": 1, "text": "x"}]'),
    ({}, b'{"id": null, "text": "x"}'),
    ({}, b'{"id": 1, "text": "x", "n": 1e400}'),
    ({}, b'{"id": 1, "text": "x", "n": -0}'),
    ({}, b'{"id": 1, "text": "x", "n": 01}'),
    ({}, b'{"id": 1, "text": "x", "n": "\\ud800"}'),
    ({}, b'{"id": 1, "text": "x", "n": "\xc3"}'),
    ({}, b'{"id": 1, "text": "x", "\\u006e": 1}'),
    ({}, b'{"id": 1, "text": "' + b"[" * 100 + b'", "n": ' + b"[" * 100 + b"]" * 100 + b"}"),
    ({}, b'{"id": 1, "text": "\\u0007"}'),
    ({}, '{"id": 1, "text": "e\u0301"}'.encode()),
    ({"markup": "text/html"}, b'{"id": 1, "text": "<b>x</b>"}'),
    ({"type": "'Like'"}, b'{"id": 1, "text": "x"}'),
    ({"type": "'Update'"}, b'{"id": 1, "text": "x"}'),
    ({"actor": {"phone": "p"}}, b'{"id": 1, "text": "x", "p": "+4930123456"}'),
    ({"url": "u"}, b'{"id": 1, "text": "x", "u": "https://x.example/?token=1"}'),
    ({"ignore": "`true`"}, b'{"id": 1, "text": "x"}'),
)


@pytest.mark.parametrize(("table", "body"), ASIDE)
def test_what_is_out_of_the_ordinary_steps_aside(table: dict[str, Any], body: bytes) -> None:
    pair = Pair({"id": "id", "text": "text", **table})
    assert pair.engine(framed(pair.delivery(body))) is None


def test_of_a_key_that_comes_twice_the_last_counts_with_all_that_is_below_it() -> None:
    pair = Pair({"id": "a.id", "text": "a.text", "title": "a.title || 'none'"})
    body = b'{"a": {"id": 1, "text": "x", "title": "y"}, "a": {"id": 2, "text": "z"}}'
    told = pair.engine(framed(pair.delivery(body)))
    assert told == pair.python(framed(pair.delivery(body)))
    assert told is not None
    assert b"none" in told.value
