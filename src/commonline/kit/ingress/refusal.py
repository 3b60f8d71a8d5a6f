"""Answers that are no 2xx.

The text never says more than the status does; the reason is for metrics and logs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from commonline.errors import AuthenticationError, CommonlineError, RetryLaterError, TooLargeError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Status, reason (a label of few values), further headers, and whether the connection is closed."""

    status: HTTPStatus
    reason: str
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False


class RefusedError(CommonlineError):
    """A call that is answered with an error."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def refuse(status: HTTPStatus, reason: str, *, close: bool = False, **headers: str) -> RefusedError:
    """The error to raise. Header names are written with underscores."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return RefusedError(Refusal(status, reason, named, close))


def refusal(error: CommonlineError) -> Refusal:
    """How an error is answered."""
    if isinstance(error, RefusedError):
        return error.refusal
    if isinstance(error, AuthenticationError):
        return Refusal(HTTPStatus.UNAUTHORIZED, error.reason, {"WWW-Authenticate": "Webhook"})
    if isinstance(error, TooLargeError):
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", close=True)
    if isinstance(error, RetryLaterError):
        return unavailable("unavailable", error.after_s)
    return unavailable("failed", 30.0)


def unavailable(reason: str, after_s: float) -> Refusal:
    """503 with the time after which trying again makes sense."""
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, reason, {"Retry-After": str(max(1, round(after_s)))})
