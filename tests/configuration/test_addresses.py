"""Addresses to listen on."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.configuration.addresses import Address, address
from commonline.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8088", "127.0.0.1", 8088),
        ("localhost:0", "localhost", 0),
        (":65535", "", 65535),
        ("[::1]:8088", "::1", 8088),
        ("[::]:80", "::", 80),
    ],
)
def test_forms(text: str, host: str, port: int) -> None:
    made = address("commonline.listen", text)
    assert made == Address(host, port)
    assert str(made) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8088",
        "localhost",
        "localhost:",
        "localhost:http",
        "localhost:65536",
        "localhost:-1",
        "localhost: 80",
        "localhost:٨٠",
        "::1:8088",
        "[localhost]:80",
        "x:" + "9" * 5000,
    ],
)
def test_what_is_none_names_key_value_and_an_example(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        address("commonline.listen", text)
    assert str(caught.value) == (f"commonline.listen: is {text!r}; give address and port, for instance 127.0.0.1:8088")


@given(st.ip_addresses(), st.integers(0, 65535))
def test_written_and_read(host: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> None:
    made = Address(str(host), port)
    assert address("k", str(made)) == made
