"""What the generated pydantic models have in common: configuration and the types of their fields.

Models are for people's code: immutable, checked, with `datetime`, `UUID` and tuples. They take JSON and
write it: times as RFC 3339 in UTC, bytes as base64. Whole numbers given for a time are microseconds since
1970, as on the wire. Fields that this version does not know are ignored, so that an older client reads what
a newer server sends.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Model(BaseModel):
    """Base of the generated models."""

    model_config = ConfigDict(
        frozen=True,
        from_attributes=True,
        extra="ignore",
        val_json_bytes="base64",
        ser_json_inf_nan="strings",
        use_attribute_docstrings=True,
    )


def moment(microseconds: int) -> datetime:
    """The time of a count of microseconds since 1970, UTC.

    Raises:
        ValueError: outside the years 1 to 9999.
    """
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise ValueError(f"{microseconds} µs since 1970 is outside the years 1 to 9999") from None


def microseconds(time: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (time - _EPOCH) // _MICROSECOND


def _from_wire(value: Any) -> Any:
    return moment(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs its zone")
    return value.astimezone(UTC)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


Time: TypeAlias = Annotated[datetime, BeforeValidator(_from_wire), AfterValidator(_in_utc)]
# Pydantic's own writes the alphabet of URLs, which few readers of "base64" expect.
Bytes: TypeAlias = Annotated[bytes, PlainSerializer(_base64, return_type=str, when_used="json")]
Int: TypeAlias = Annotated[int, Field(ge=-(1 << 31), le=(1 << 31) - 1)]
Long: TypeAlias = Annotated[int, Field(ge=-(1 << 63), le=(1 << 63) - 1)]

__all__ = ["UUID", "Bytes", "Int", "Long", "Model", "Time", "microseconds", "moment"]
