"""Where calls may go: never to this network's own addresses, unless the configuration names the host."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from commonline.errors import ConfigurationError

VARIABLE = "COMMONLINE_WEBHOOKS_ALLOW"
_TRANSLATED = tuple(int(ip_address(one)) >> 96 for one in ("64:ff9b::", "64:ff9b:1::"))


class RefusedError(OSError):
    """An address that calls may not go to."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts, by name or by address as it stands in the URL, that may be private and may be reached by http."""

    hosts: frozenset[str] = frozenset()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Allowed:
        """From ``COMMONLINE_WEBHOOKS_ALLOW``: names with commas between them."""
        names = environ.get(VARIABLE, "").split(",")
        return cls(frozenset(name.strip().lower() for name in names if name.strip()))

    def check(self, url: str) -> None:
        """Refuse a URL that no call could go to.

        Raises:
            ConfigurationError: scheme, host, port or user are not as they must be, or it is an inner address.
        """
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise ConfigurationError(f"url {url!r}: {error}") from error
        if not host or parts.scheme not in ("https", "http") or port == 0 or any(each <= " " for each in url):
            raise ConfigurationError(f"url {url!r}: give https://host[:port]/path")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise ConfigurationError("url: leave user, password and fragment out; calls are signed")
        if parts.scheme == "http" and host not in self.hosts:
            raise ConfigurationError(f"url {url!r}: use https, or name {host} in {VARIABLE}")
        address = _literal(host)
        if address is not None and host not in self.hosts and not outer(address):
            raise ConfigurationError(f"url {url!r}: {host} is an inner address; to allow it, name it in {VARIABLE}")


def outer(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is anybody's on the Internet: not private, loopback, link-local (cloud metadata), multicast,
    reserved, nor an IPv6 form of such an IPv4 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and int(address) >> 96 in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return outer(inner)
        if address.teredo is not None or int(address) >> 32 == 0 or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


class Pinned(AbstractResolver):
    """Resolves a host and checks every address it has, in one step: what is connected to is what was checked."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises `RefusedError` if any of them is an inner one."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        told: list[ResolveResult] = []
        for kind, _, protocol, _, where in found:
            address = str(where[0])
            if host.lower() not in self._allowed.hosts and not outer(ip_address(address.partition("%")[0])):
                raise RefusedError(f"{host} is {address}, an inner address; to allow it, name it in {VARIABLE}")
            told.append(
                ResolveResult(
                    hostname=host, host=address, port=port, family=kind, proto=protocol, flags=socket.AI_NUMERICHOST
                )
            )
        return told

    async def close(self) -> None:
        """Nothing is kept."""
