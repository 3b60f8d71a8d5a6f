from __future__ import annotations

from commonline.kit.request import Request, clean_text, fold, received, wire


def test_repeated_headers_are_joined_and_measured() -> None:
    headers, size = received([(b"X-A", b"1"), (b"x-a", b"2"), (b"B", b"caf\xe9")])
    assert headers == {"x-a": "1, 2", "b": "caf\udce9"}
    assert wire(headers["b"]) == b"caf\xe9"
    assert size == 13


def test_media_type_without_parameters() -> None:
    assert Request("POST", "/", "", {"content-type": " Application/JSON ; charset=x"}).media_type == "application/json"
    assert Request("POST", "/", "").media_type == ""


def test_query() -> None:
    assert Request("GET", "/in/x?a=1&a=2&b=&c=%2F+%zz", "").query == {"a": "2", "b": "", "c": "/ %zz"}
    assert Request("GET", "/in/x", "").query == {}
    assert Request("GET", "/in/x?" + "&".join("a=1" for _ in range(300)), "").query == {}


def test_bytes_on_the_wire_come_back() -> None:
    text = b"caf\xe9 \xc3\xa9".decode("utf-8", "surrogateescape")
    assert wire(text) == b"caf\xe9 \xc3\xa9"
    assert clean_text(text) == "caf\ufffd é"
    assert clean_text("\ud800") == "?"


def test_headers_that_somebody_wrote() -> None:
    assert fold([("X-A", "1"), ("x-a", "2"), ("B", "caf\u00e9")]) == {"x-a": "1, 2", "b": "caf\u00e9"}
