"""One spelling for each identifier; what is none is None, never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.accounts import MAIL_LIMIT, claim, mailto, native, split_native, tel

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_native_parts_come_back(parts: list[str]) -> None:
    made = native("zendesk", *parts)
    assert split_native(made) == ("zendesk", parts)
    assert made.isascii()
    assert made.count("/") == len(parts) - 1


@pytest.mark.parametrize(
    ("parts", "uri"),
    [
        (("acme", "user", 42), "facebook:acme/user/42"),
        (("10_29", "a-b"), "facebook:10_29/a-b"),
        (("a/b", "c d"), "facebook:a%2Fb/c%20d"),
        (("@ana@town.example",), "facebook:@ana@town.example"),
        (("a:b%", "ü"), "facebook:a%3Ab%25/%C3%BC"),
        (("",), "facebook:"),
    ],
)
def test_native(parts: tuple[str | int, ...], uri: str) -> None:
    assert native("facebook", *parts) == uri


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("ana@example.org", "mailto:ana@example.org"),
        (" <Ana.Silva+Kettle@EXAMPLE.org> ", "mailto:ana.silva+kettle@example.org"),
        ("ana@münchen.example", "mailto:ana@xn--mnchen-3ya.example"),
        ("ana@MÜNCHEN.example", "mailto:ana@xn--mnchen-3ya.example"),
        ("ana@example.org.", "mailto:ana@example.org"),
        ("a@b@example.org", "mailto:a@b@example.org"),
        ("Jürgen@example.org", "mailto:jürgen@example.org"),
        ("ana@a_b.example", "mailto:ana@a_b.example"),
    ],
)
def test_mailto(address: str, account: str) -> None:
    assert mailto(address) == account


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@.",
        "ana@-",
        "Ana Silva <ana@example.org>",
        "a\tb@example.org",
        "ana@exa mple.org",
        "ana@ex,ample.org",
        "ana@ä..example",
        "ana@" + "ü" * 64 + ".example",
        "a" * MAIL_LIMIT + "@example.org",
    ],
)
def test_no_address(address: str | None) -> None:
    assert mailto(address) is None


@given(st.text(max_size=40))
def test_mailto_takes_any_text_and_its_result_is_stable(text: str) -> None:
    account = mailto(text)
    if account is not None:
        assert mailto(account.removeprefix("mailto:")) == account


@pytest.mark.parametrize(
    ("number", "region", "account"),
    [
        ("+49 30 90182044", None, "tel:+493090182044"),
        ("+49 (0)30 / 90182044", None, "tel:+493090182044"),
        ("030 90182055", "DE", "tel:+493090182055"),
        ("0049 30 90182055", "DE", "tel:+493090182055"),
        ("+1 212 555 0100", "DE", "tel:+12125550100"),
        ("030 90182055", None, None),
        ("+49", None, None),
        ("+999 123", None, None),
        ("+1 23", None, None),
        ("+49 30 9018204490182044", None, None),
        ("call me", "DE", None),
        ("1", "DE", None),
        ("", "DE", None),
        (None, "DE", None),
    ],
)
def test_tel(number: str | None, region: str | None, account: str | None) -> None:
    assert tel(number, region) == account


@given(st.text(alphabet="+0123456789 ()-/abc", max_size=25))
def test_tel_is_e164_or_none(text: str) -> None:
    account = tel(text, "DE")
    if account is not None:
        assert account.startswith("tel:+")
        assert account[5:].isdigit()
        assert tel(account.removeprefix("tel:")) == account


def test_claim() -> None:
    [made] = claim("mailto:ana@example.org", "verified")
    assert (made.relation, made.account, made.trust) == ("same_as", "mailto:ana@example.org", "verified")
    assert claim(None, "verified") == []
