from __future__ import annotations

import pytest

from commonline.kit.clean import clean_target, hidden_headers, hidden_parameters, is_kept, kept_headers
from commonline.kit.manifest import QueryEcho, Signature, Token, Webhook

WEBHOOK = Webhook(
    signature=[Signature(header="X-Sign", secret="s")],
    token=[Token(query="code", secret="s"), Token(header="X-Token", secret="s")],
    handshake=QueryEcho(kind="query-echo", token="hub.check", secret="s", echo="e"),
)


def test_only_listed_headers_are_kept_and_never_signatures_tokens_or_cookies() -> None:
    headers = {"x-event": "push", "x-sign": "f00", "x-token": "t", "cookie": "c", "authorization": "a", "x-other": "o"}
    allowed = ["X-Event", "X-Sign", "X-Token", "Cookie", "Authorization", "X-Absent"]
    assert kept_headers(allowed, hidden_headers(WEBHOOK))(headers) == {"x-event": "push"}


def test_kept_headers_can_be_stored_whatever_bytes_they_had() -> None:
    odd = b"caf\xe9".decode("utf-8", "surrogateescape")
    kept = kept_headers(["x-event"], frozenset())({"x-event": odd})
    assert kept["x-event"].encode() == "caf\ufffd".encode()


@pytest.mark.parametrize(
    ("target", "cleaned"),
    [
        ("/in/x", "/in/x"),
        ("/in/x?a=1&b=%20", "/in/x?a=1&b=%20"),
        ("/in/x?code=abc&a=1", "/in/x?code=***&a=1"),
        ("/in/x?CODE=abc", "/in/x?CODE=***"),
        ("/in/x?hub.check=abc", "/in/x?hub.check=***"),
        ("/in/x?access_token=abc", "/in/x?access_token=***"),
        ("/in/x?a=hunter22%21x", "/in/x?a=***"),
        ("/in/x?hunter22!", "/in/x?***"),
        ("/in/hunter22!/y?a", "/in/***/y?a"),
    ],
)
def test_secrets_leave_the_request_line(target: str, cleaned: str) -> None:
    assert clean_target(target, ["hunter22!"], hidden_parameters(WEBHOOK)) == cleaned


def test_a_short_secret_does_not_hide_everything() -> None:
    assert clean_target("/in/x?page=12", ["12"]) == "/in/x?page=12"


def test_headers_are_kept_by_their_beginning() -> None:
    headers = {"ce-type": "a", "ce-x": "b", "cex": "c", "ce-secret": "d"}
    assert kept_headers(["CE-*"], frozenset({"ce-secret"}))(headers) == {"ce-type": "a", "ce-x": "b"}
    assert is_kept("ce-x", ["a", "CE-*"])
    assert not is_kept("cex", ["a", "CE-*"])
