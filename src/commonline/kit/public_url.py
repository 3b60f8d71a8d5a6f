"""The URL that a vendor called: what signatures over URLs are checked against.

In order: ``public_url`` of the configuration; else, if the connection comes from one of ``trusted_proxies``,
its X-Forwarded-Proto and X-Forwarded-Host; else the Host header, by plain HTTP. Strangers are not believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache

from commonline.errors import ConfigurationError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SCHEMES = ("http", "https")


class PublicUrl:
    """How this installation is called from outside.

    `public_url` may have a path (``https://acme.example/line``) that the proxy takes away before it forwards.
    Raises `ConfigurationError` for values that are no URL or network.
    """

    def __init__(self, public_url: str | None, trusted_proxies: Iterable[str] = ()) -> None:
        self._base = _base(public_url) if public_url else None
        self._networks = tuple(_network(text) for text in trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1024)(self._in_networks)

    def of(self, target: str, headers: Mapping[str, str], peer: str | None) -> str:
        """The whole URL of a request: `target` is path and query as received, `peer` who is connected."""
        if self._base is not None:
            return self._base + target
        scheme, host = "http", headers.get("host", "")
        if peer is not None and self._networks and self._is_trusted(peer):
            scheme = _last(headers.get("x-forwarded-proto")) or scheme
            host = _last(headers.get("x-forwarded-host")) or host
        return f"{scheme if scheme in SCHEMES else 'http'}://{host}{target}"

    def _in_networks(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _last(value: str | None) -> str:
    """Of several values the last: the one that the proxy next to us wrote. The others may be a stranger's."""
    return value.rpartition(",")[2].strip() if value else ""


def _base(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in SCHEMES or not rest or any(c in rest for c in "?# "):
        raise ConfigurationError(
            f"commonline.public_url: is {url!r}; give scheme and host, for instance https://hooks.example.org"
        )
    return url.rstrip("/")


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ConfigurationError(
            f"commonline.trusted_proxies: {text!r} is no address or network; write 10.0.0.5 or 10.0.0.0/8"
        ) from None
