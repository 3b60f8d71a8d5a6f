"""Dead letters as the gateway answers them. Who may see them is decided by the caller: administrators alone."""

from __future__ import annotations

from commonline.gateway.queries.inventory import Letter, LetterDetail, Line
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.letters.letterbox import Filter, Letters
from commonline.letters.marked import marked
from commonline.schemas.model import moment
from commonline.schemas.records import DeadLetter, Delivery

_SAME = ("id", "workspace", "connector", "source", "step", "cause", "message", "path", "entry", "fingerprint")
_MORE = ("software", "attempts")
LARGEST_SHOWN = 1024 * 1024
"""Bytes of a payload that are shown with the place marked."""


def listed(letters: Letters, which: Filter, ask: Ask, *, again: bool) -> Page[Letter]:
    """Letters that are meant, the newest first; those that were replayed only with `again`."""
    found = sorted(letters.chosen(which, again=again), key=lambda one: (-one.failed, one.id))
    if ask.after is not None:
        failed, identifier = ask.after
        found = [one for one in found if (-one.failed, one.id) > (-failed, identifier)]
    shown = found[: ask.limit]
    return Page[Letter](
        items=tuple(_letter(one, letters) for one in shown),
        next=cursor(shown[-1].failed, shown[-1].id) if len(found) > ask.limit else None,
    )


def _facts(letter: DeadLetter, letters: Letters) -> dict[str, object]:
    same = {name: getattr(letter, name) for name in (*_SAME, *_MORE)}
    return same | {"failed": moment(letter.failed), "replayed": letter.id in letters.replayed}


def _letter(letter: DeadLetter, letters: Letters) -> Letter:
    return Letter.model_validate(_facts(letter, letters))


def detail(letter: DeadLetter, letters: Letters, delivery: Delivery | None, body: bytes | None) -> LetterDetail:
    """One letter with what failed, the place marked."""
    small = body is not None and len(body) <= LARGEST_SHOWN
    lines = marked(body, letter.path) if body is not None and small else None
    return LetterDetail.model_validate(
        _facts(letter, letters)
        | {
            "request": delivery.request if delivery else None,
            "content_type": delivery.content_type if delivery else None,
            "body": None if body is None else body.decode("utf-8", "replace"),
            "marked": [Line(text=text, here=here) for text, here in lines or ()],
        }
    )
