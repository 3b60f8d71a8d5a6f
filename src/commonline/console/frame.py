"""What every page has: templates, static files with their digest, the viewer's zone and theme."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from commonline.console.view import places, times
from commonline.gateway.access.entrance import Entrance
from commonline.gateway.viewer import Viewer

HERE = Path(__file__).parent
STATIC = HERE / "static"
ZONE_COOKIE, THEME_COOKIE = "console_zone", "console_theme"
THEMES = ("auto", "light", "dark")
_ZONES = available_timezones()


class PageLink(NamedTuple):
    """An entry of the rail."""

    name: str
    path: str
    word: str
    icon: str
    administrators: bool = False


PAGES = (
    PageLink("conversations", "/", "Conversations", "inbox"),
    PageLink("people", "/people", "People", "users"),
    PageLink("wall", "/wall", "Command centre", "gauge"),
    PageLink("operations", "/operations", "Operations", "activity", administrators=True),
)


@lru_cache
def digest(path: str) -> str:
    """Short digest of a static file, so that browsers may keep it for good."""
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def static(path: str) -> str:
    """Address of a static file."""
    return f"/static/{path}?v={digest(path)}"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("commonline.console"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(
        static=static,
        place=places.place,
        channels=places.CHANNELS,
        ago=times.ago,
        waiting=times.waiting,
        moment=times.moment,
        clock=times.clock,
    )
    return made


_templates = _environment()


def zone_of(request: Request, viewer: Viewer) -> str:
    """The zone that the browser told, else the viewer's."""
    told = request.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")
    return told if told in _ZONES else viewer.zone


def render(
    request: Request,
    viewer: Viewer,
    template: str,
    *,
    departments: list[str],
    page: str = "",
    status: int = 200,
    **context: Any,
) -> Response:
    """A page or a part of one. What a viewer is shown is never kept by anything between."""
    theme = request.cookies.get(THEME_COOKIE, "auto")
    door: Entrance | None = getattr(request.app.state, "entrance", None)
    csrf = door.csrf(request) if door is not None else ""
    told = _templates.get_template(template).render(
        context,
        viewer=viewer,
        page=page,
        pages=[one for one in PAGES if viewer.administrator or not one.administrators],
        theme=theme if theme in THEMES else "auto",
        zone=zone_of(request, viewer),
        now=datetime.now(UTC),
        hues=places.hues(departments),
        csrf=csrf,
        logout=bool(csrf) and door is not None and door.provider is not None,
    )
    return HTMLResponse(told, status, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
