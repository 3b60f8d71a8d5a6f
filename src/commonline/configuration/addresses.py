"""Addresses to listen on: ``127.0.0.1:8088``, ``[::1]:8088``, ``:8088`` for all interfaces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from commonline.errors import ConfigurationError

_PORT = re.compile(r"[0-9]{1,5}\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """Host (empty: all interfaces) and port (0: a free one)."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address(key: str, text: str) -> Address:
    """Read the value of setting `key`. Raises `ConfigurationError`."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    known = _PORT.match(port) is not None and int(port) <= 65535
    if not colon or not known or (":" in host) != (bare != host):
        raise ConfigurationError(f"{key}: is {text!r}; give address and port, for instance 127.0.0.1:8088")
    return Address(bare, int(port))
