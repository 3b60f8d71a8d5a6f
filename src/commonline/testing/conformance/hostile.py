"""Bodies that every connector must survive, whatever it expects."""

from __future__ import annotations

DEEP = 100_000
LONG = 1024 * 1024

CORPUS: dict[str, bytes] = {
    "empty body": b"",
    "spaces": b" \r\n\t ",
    "null": b"null",
    "empty array": b"[]",
    "empty object": b"{}",
    "a number": b"17",
    "a negative number": b"-1",
    "a fraction": b"1.5e-3",
    "a text": b'"text"',
    "true": b"true",
    "array of scalars": b'[null, 1, "a", true, [], {}]',
    "arrays nested 100,000 deep": b"[" * DEEP + b"]" * DEEP,
    "objects nested 100,000 deep": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "arrays never closed": b"[" * DEEP,
    "NaN": b'{"id": NaN, "type": "x"}',
    "Infinity": b'{"id": -Infinity, "type": "x"}',
    "lone surrogate": b'{"id": "1", "text": "\\ud800", "type": "\\udfff"}',
    "surrogate as UTF-8": b'{"text": "\xed\xa0\x80"}',
    "NUL": b'{"id": "\\u0000", "text": "a\\u0000b", "type": "\\u0000"}',
    "raw NUL": b'{"id": "1\x002"}',
    "duplicate keys": b'{"id": 1, "id": {"id": 2}, "type": "a", "type": null}',
    "huge integer": b'{"id": ' + b"9" * 400 + b', "time": ' + b"9" * 40 + b"}",
    "integer beyond limits": b'{"id": ' + b"9" * 5000 + b"}",
    "huge exponent": b'{"id": 1e999999, "time": -1e308}',
    "negative lengths": b'{"length": -1, "size": -9223372036854775808, "count": -1, "entry": [-1]}',
    "invalid UTF-8": b'{"text": "\xff\xfe\x80"}',
    "not UTF-8 at all": bytes(range(256)),
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"id": 1}',
    "text of 1 MiB": b'{"id": "1", "type": "a", "text": "' + b"x" * LONG + b'"}',
    "key of 1 MiB": b'{"' + b"k" * LONG + b'": 1}',
    "5,000 entries": b"[" + b"{}," * 4999 + b"{}]",
    "100,000 keys": b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(DEEP)) + b"}",
    "truncated": b'{"id": "1", "text": "abc',
    "trailing bytes": b'{"id": 1} {"id": 2}',
    "single quotes": b"{'id': 1}",
    "a form": b"id=1&text=%zz&text=%ff&=&&",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "XML entity bomb": b"<?xml version='1.0'?><!DOCTYPE a ["
    + b"".join(b"<!ENTITY e%d '%s'>" % (n + 1, b"&e%d;" % n * 10) for n in range(9))
    + b"]><a>&e9;</a>",
    "XML nested deep": b"<a>" * (DEEP // 4),
    "HTML": b"<html><script>alert(1)</script><p>hello",
    "mail": b"From: =?utf-8?q?=ff?= <>\r\nSubject: =?x?y?z?=\r\nContent-Type: multipart/mixed\r\n\r\n--\r\n",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
}
