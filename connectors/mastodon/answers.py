"""Addresses of a server, and what its answers ask us to do. https://docs.joinmastodon.org/api/rate-limits/"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import DecodeError, Struct
from msgspec.json import Decoder
from yarl import URL

from commonline.errors import CommonlineError, ConfigurationError, DisconnectedError
from commonline.kit import times

LONGEST_S, SHORTEST_S, UNTOLD_S = 3600.0, 5.0, 300.0
_SCHEMES = {"wss": "https", "ws": "http", "https": "https", "http": "http"}


class _Urls(Struct):
    streaming: str | None = None


class _Configuration(Struct):
    urls: _Urls | None = None


class _Instance(Struct):
    configuration: _Configuration | None = None


_INSTANCE = Decoder(_Instance)


def base(address: str) -> str:
    """The base address of a server: https if it does not say, no path, no closing slash."""
    return (address if "://" in address else f"https://{address}").rstrip("/")


def streaming(told: bytes) -> str | None:
    """Where the streams are, by the answer of ``/api/v2/instance``; None if it does not say."""
    try:
        instance = _INSTANCE.decode(told)
    except (DecodeError, UnicodeDecodeError):
        return None
    urls = instance.configuration.urls if instance.configuration is not None else None
    return urls.streaming if urls is not None and urls.streaming else None


def streaming_url(address: str, server: str, target: str) -> URL:
    """The address of a stream. Raises `ConfigurationError` if it would send the token unencrypted where the server
    itself is encrypted."""
    url = URL(address.rstrip("/") + target, encoded=True)
    scheme = _SCHEMES.get(url.scheme)
    if scheme is None or not url.host:
        raise ConfigurationError(f"streaming_url: is {address!r}; give an address with wss:// or https://")
    if scheme == "http" and server.startswith("https:"):
        raise ConfigurationError(f"streaming_url: {address!r} is not encrypted, and {server!r} is; give wss://")
    return url.with_scheme(scheme)


def refusal(status: int | None, what: str) -> CommonlineError:
    """The error for an answer that is no success: what a person must mend stops reading, the rest is tried again."""
    if status == 401:
        return ConfigurationError(f"Mastodon refused {what} (401): access_token is not valid, make a new one")
    if status == 403:
        return ConfigurationError(
            f"Mastodon refused {what} (403): access_token needs the scope read, and the account "
            "must be in good standing"
        )
    if status in (400, 404, 410, 422):
        return ConfigurationError(f"Mastodon has no {what} ({status}): check instance and timelines")
    return DisconnectedError(f"Mastodon answered {status or 'an error'} to {what}")


def retry_after(headers: Mapping[str, str], now_us: int) -> float:
    """Seconds to wait after 429, by Retry-After or X-RateLimit-Reset; five minutes (the window) if neither says."""
    told = headers.get("Retry-After", "")
    reset = times.parse(headers.get("X-RateLimit-Reset"))
    if told.isdecimal():
        after = float(told)
    elif reset is not None:
        after = (reset - now_us) / 1_000_000
    else:
        return UNTOLD_S
    return min(max(after, SHORTEST_S), LONGEST_S)


def linked(links: Mapping[str, Any], relation: str, parameter: str) -> str | None:
    """The id by which the header Link says to go on: `min_id` of `prev`, `max_id` of `next`."""
    link = links.get(relation)
    url = link.get("url") if link is not None else None
    return url.query.get(parameter) if isinstance(url, URL) else None
