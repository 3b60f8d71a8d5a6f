"""Sample files: what a product would have sent, by the file's form."""

from __future__ import annotations

import json

import pytest

from commonline.kit.samples import read


def test_json_is_the_raw_body() -> None:
    (sample,) = read("a.json", b'{"a":  1}')
    assert (sample.name, sample.body, sample.content_type) == ("a.json", b'{"a":  1}', "application/json")


def test_captured_envelope_is_taken_apart() -> None:
    captured = {"headers": {"X-Topic": "orders/create", "n": 1, "Content-Type": "application/x-www-form-urlencoded"}}
    (form,) = read("a.json", json.dumps({**captured, "body": "a=1&b=ü"}).encode())
    assert form.headers == {"x-topic": "orders/create", "content-type": "application/x-www-form-urlencoded"}
    assert (form.body, form.content_type) == ("a=1&b=ü".encode(), "application/x-www-form-urlencoded")
    (values,) = read("a.json", json.dumps({"headers": {}, "body": {"id": 1}, "topic": "x"}).encode())
    assert (json.loads(values.body), values.content_type) == ({"id": 1}, "application/json")


@pytest.mark.parametrize(
    "data", [b'{"headers": [], "body": 1}', b'{"headers": {}}', b"[1]", b"{", b"\xff", b"[" * 99_999]
)
def test_what_is_no_envelope_stays_whole(data: bytes) -> None:
    (sample,) = read("a.json", data)
    assert (sample.body, dict(sample.headers)) == (data, {})


def test_each_line_and_each_document_is_a_sample() -> None:
    assert [(s.name, s.body) for s in read("a.ndjson", b'{"a":1}\n\n{"a":\r\n')] == [
        ("a.ndjson:1", b'{"a":1}'),
        ("a.ndjson:3", b'{"a":'),
    ]
    yaml = b"a: 2026-05-04\n---\n!ruby/hash:Params\nb: [1, !ruby/object x]\n---\n"
    assert [(s.name, json.loads(s.body)) for s in read("a.yaml", yaml)] == [
        ("a.yaml:1", {"a": "2026-05-04"}),
        ("a.yaml:2", {"b": [1, "x"]}),
    ]


@pytest.mark.parametrize(
    "data", [b"a: [", b"a: !!python/object:os.system {}", b"\xff\xfe\xff", b"{? [1]: 2}", b"a: .nan"]
)
def test_yaml_that_cannot_be_read_harms_nobody(data: bytes) -> None:
    for sample in read("a.yml", data):
        assert sample.content_type in {"application/yaml", "application/json"}


def test_endings_tell_the_content_type() -> None:
    assert [
        read(name, b"x")[0].content_type.partition(";")[0] for name in ("a.eml", "a.XML", "a.md", "a", "a.png")
    ] == [
        "message/rfc822",
        "application/xml",
        "text/markdown",
        "application/octet-stream",
        "application/octet-stream",
    ]
    (form,) = read("a.txt", b'--x-y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x-y--')
    assert form.content_type == 'multipart/form-data; boundary="x-y"'
