"""Texts that would be markup, script or a link where text is not escaped, and bodies of every product with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from commonline.kit import catalogue
from commonline.schemas.records import Activity
from commonline.testing.conformance.subject import Subject

PAYLOADS = (
    "<script>window.hurt=1</script>",
    "<ScRiPt src=//hurt.example></sCrIpT>",
    "<img src=x onerror=window.hurt=1>",
    "<svg/onload=window.hurt=1>",
    "<svg><animate onbegin=window.hurt=1 attributeName=x dur=1s>",
    "\"><img src=x onerror='window.hurt=1'>",
    "'><svg onload=window.hurt=1>",
    "</textarea><script>window.hurt=1</script>",
    "</script><script>window.hurt=1</script>",
    "<iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "<a href='javascript:window.hurt=1' autofocus onfocus=window.hurt=1>press</a>",
    "<body onload=window.hurt=1>",
    "<details open ontoggle=window.hurt=1>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hurt=1>",
    "<style>@import 'javascript:window.hurt=1'</style>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hurt=1'>",
    "<base href=//hurt.example/>",
    "{{ self.__init__.__globals__ }}",
    "{% include '/etc/passwd' %}",
    "${window.hurt=1}",
    "javascript:window.hurt=1",
    "&lt;img src=x onerror=window.hurt=1&gt;",
    "<!--><img src=x onerror=window.hurt=1>",
    "\u202e<img src=x onerror=window.hurt=1>",
    "<div hx-get='/' hx-trigger='load' hx-on::load='window.hurt=1'>",
    "<p data-hx-on:click='window.hurt=1'>",
)


def bodies() -> Iterator[tuple[str, list[Activity]]]:
    """For each product, what becomes of its fixtures when every text of theirs is a payload."""
    for name, folder in sorted(catalogue.folders().items()):
        subject = Subject(folder)
        found: list[Activity] = []
        for number, fixture in enumerate(subject.fixtures):
            poisoned = poison(fixture.body, PAYLOADS[number % len(PAYLOADS)])
            if poisoned is None:
                continue
            trial = fixture.trial(subject.connector)
            results = trial.run(fixture.delivery(trial, poisoned))
            found += [activity for result in results for activity in result.activities]
        yield name, found


def poison(body: bytes, payload: str) -> bytes | None:
    """A body with the payload in every text of more than one word; None when it has none or is in no form we know."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _other(body, payload)
    changed = _walk(value, payload)
    return None if changed == value else msgspec.json.encode(changed)


def _walk(value: Any, payload: str) -> Any:
    if isinstance(value, dict):
        return {key: _walk(one, payload) for key, one in value.items()}
    if isinstance(value, list):
        return [_walk(one, payload) for one in value]
    if isinstance(value, str) and " " in value.strip() and "://" not in value:
        return f"{payload} {value}"
    return value


def _other(body: bytes, payload: str) -> bytes | None:
    """Mails and forms."""
    if b"\nSubject: " in body or body.startswith(b"Subject: "):
        return body.replace(b"Subject: ", f"Subject: {payload} ".encode(), 1)
    pairs = parse_qsl(body.decode("utf-8", "replace"))
    if not pairs or b"=" not in body.partition(b"&")[0]:
        return None
    return urlencode([(key, f"{payload} {value}" if " " in value else value) for key, value in pairs]).encode()
