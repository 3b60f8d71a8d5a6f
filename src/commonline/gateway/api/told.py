"""Models as responses: times in the viewer's zone, an ETag, and 304 for those who have it already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel

from commonline.gateway.viewer import Viewer

_json = msgspec.json.Encoder()


def told(request: Request, viewer: Viewer, zone: ZoneInfo | None, model: BaseModel) -> Response:
    """The model as JSON. `zone` None: the viewer's."""
    body = _json.encode(_plain(model.model_dump(), zone or ZoneInfo(viewer.zone)))
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    # What one viewer is told is never another's, and never kept without asking again.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    if tag in _known(request.headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _known(headers: Mapping[str, str]) -> list[str]:
    return [one.strip().removeprefix("W/") for one in headers.get("if-none-match", "").split(",")]


def _plain(value: Any, zone: tzinfo) -> Any:
    """Values as JSON has them; times as RFC 3339 with the zone's offset."""
    if isinstance(value, datetime):
        return _in_zone(value, zone)
    if isinstance(value, dict):
        return {key: _plain(one, zone) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, zone) for one in value]
    return str(value) if isinstance(value, UUID) else value


def _in_zone(value: datetime, zone: tzinfo) -> str:
    """RFC 3339 knows no seconds in an offset, as zones had before there was a standard time: then it is told in UTC."""
    try:
        there = value.astimezone(zone)
    except OverflowError:  # at the ends of the calendar there is no such hour in every zone
        return value.isoformat()
    offset = there.utcoffset()
    return there.isoformat() if offset is not None and not offset.total_seconds() % 60 else value.isoformat()
