"""Where Maven Central is: the setting, the user's own mirror, or the address that jgo knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from commonline.errors import ConfigurationError, PlatformError


def base_address(environ: Mapping[str, str] = os.environ, home: Path | None = None) -> str:
    """Base address of Maven Central or of the mirror in use, without a slash at the end.

    In this order: ``COMMONLINE_MAVEN``; the mirror of ``central`` in ``~/.m2/settings.xml``
    (https://maven.apache.org/guides/mini/guide-mirror-settings.html); jgo's constant. Proxies are taken from
    the usual variables (``HTTPS_PROXY``, ``NO_PROXY``) by the HTTP client.
    Raises `ConfigurationError` when the setting is no HTTP address, `PlatformError` without the extra ``local``.
    """
    given = environ.get("COMMONLINE_MAVEN")
    if given:
        if not given.startswith(("https://", "http://")):
            raise ConfigurationError(f"COMMONLINE_MAVEN is {given!r}: give an address that begins with https://")
        return given.rstrip("/")
    mirror = _mirror(_settings_file(home))
    if mirror:
        return mirror.rstrip("/")
    try:
        from jgo.constants import MAVEN_CENTRAL_URL  # late: takes 0.3 s, and only a download needs it
    except ImportError as error:
        raise PlatformError(
            "the package jgo, which knows where Kafka is downloaded from, is not installed: "
            "pip install 'commonline[local]', or set COMMONLINE_MAVEN or COMMONLINE_KAFKA"
        ) from error
    return str(MAVEN_CENTRAL_URL).rstrip("/")


def _settings_file(home: Path | None) -> Path | None:
    try:
        return (home or Path.home()) / ".m2" / "settings.xml"
    except RuntimeError:  # no home directory at all, as for some service users
        return None


def _mirror(settings: Path | None) -> str | None:
    if settings is None or not settings.is_file():
        return None
    try:
        root = ElementTree.parse(settings).getroot()  # noqa: S314  the user's own file
    except ElementTree.ParseError as error:
        raise ConfigurationError(f"{settings} is not valid XML ({error}): mend it, or set COMMONLINE_MAVEN") from error
    for mirror in root.iterfind("{*}mirrors/{*}mirror"):
        patterns = [p.strip() for p in (mirror.findtext("{*}mirrorOf") or "").split(",")]
        blocked = (mirror.findtext("{*}blocked") or "").strip() == "true"
        wanted = {"*", "central", "external:*"} & set(patterns)
        if wanted and "!central" not in patterns and not blocked:
            return (mirror.findtext("{*}url") or "").strip() or None
    return None
