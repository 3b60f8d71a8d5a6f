from __future__ import annotations

import pytest

from commonline.errors import ConfigurationError
from commonline.kit.public_url import PublicUrl

FORWARDED = {"host": "10.0.0.9:8088", "x-forwarded-proto": "https", "x-forwarded-host": "hooks.acme.example"}
TARGET = "/in/hubspot?a=%2F"


def test_the_configured_url_counts_before_every_header() -> None:
    url = PublicUrl("https://acme.example/line/", ["10.0.0.0/8"])
    assert url.of(TARGET, FORWARDED, "10.0.0.5") == "https://acme.example/line/in/hubspot?a=%2F"


@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5", "fd00::1", "fd00::1%eth0"])
def test_a_trusted_proxy_is_believed(peer: str) -> None:
    url = PublicUrl(None, ["10.0.0.0/8", "fd00::/8"])
    assert url.of(TARGET, FORWARDED, peer) == "https://hooks.acme.example/in/hubspot?a=%2F"


@pytest.mark.parametrize("peer", ["192.0.2.1", "::1", None, "unix"])
def test_strangers_are_not(peer: str | None) -> None:
    url = PublicUrl(None, ["10.0.0.0/8"])
    assert url.of(TARGET, FORWARDED, peer) == "http://10.0.0.9:8088/in/hubspot?a=%2F"
    assert PublicUrl(None).of(TARGET, FORWARDED, "10.0.0.5") == "http://10.0.0.9:8088/in/hubspot?a=%2F"


def test_of_several_values_the_one_next_to_us_counts() -> None:
    forged = {"x-forwarded-proto": "ftp, https", "x-forwarded-host": "evil.example, hooks.acme.example"}
    assert PublicUrl(None, ["10.0.0.5"]).of("/in/x", forged, "10.0.0.5") == "https://hooks.acme.example/in/x"
    odd = {"host": "a", "x-forwarded-proto": "javascript"}
    assert PublicUrl(None, ["10.0.0.5"]).of("/in/x", odd, "10.0.0.5") == "http://a/in/x"


@pytest.mark.parametrize("url", ["hooks.acme.example", "ftp://acme.example", "https://", "https://a.example/?x=1"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"commonline\.public_url"):
        PublicUrl(url)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"commonline\.trusted_proxies.*proxy\.local"):
        PublicUrl(None, ["proxy.local"])
