"""The server of a source, and how it names things and people.

A status' global name is its `uri`, but a delete tells only the id that the server itself gave it. So ids here are made
of the server's host and its own id; they meet in every frame, page and webhook of this server. The `uri` stands in
`fields.uri`, the permalink in `object.url`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from msgspec import structs

from commonline.connectors.mastodon.payload import Account, Mention, id_text, required
from commonline.kit import accounts
from commonline.kit.text import render_html, tidy
from commonline.schemas.records import Claim, Container, Party, PartyKind, Role

CONNECTOR = "mastodon"
OWN_ACCOUNT = "x-commonline-account"
"""Header that `source.py` adds to an item: the account of the source, as its server names it (`uri`, `acct`)."""
URL_LIMIT = 2048
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the reading direction round: in a name they only pretend."""
_UNSAFE = frozenset('<>"{}|\\^`')


class Server:
    """Names of one server. `host` is in all ids, `domain` in the handles of its own people."""

    def __init__(self, host: str, domain: str) -> None:
        self.host = host
        self.domain = domain
        self.prefix = accounts.native(CONNECTOR, host)
        self.container = Container(id=self.uri("server", domain), name=domain, kind="site")

    def uri(self, kind: str, native_id: str) -> str:
        """The id of a thing, by the server's own id."""
        return f"{self.prefix}/{kind}/{accounts.quoted(native_id)}"

    def handle(self, acct: str) -> str | None:
        """``rosa@kettlewatch.example``; people of this server are told without its name."""
        return _handle(acct, self.domain)


@lru_cache(maxsize=8192)
def _handle(acct: str, own_domain: str) -> str | None:
    name, at, domain = acct.removeprefix("@").partition("@")
    if not at:
        domain = own_domain
    return f"{name}@{domain}".lower() if _plain(name) and _plain(domain) else None


@lru_cache(maxsize=256)
def _server(instance: str, domain: str | None) -> Server:
    address = instance if "://" in instance else f"https://{instance}"
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2].lower() or instance
    return Server(host, (domain or host).lower())


def server_of(settings: Mapping[str, Any]) -> Server:
    """The server that the setting `instance` names."""
    return _server(settings["instance"], settings.get("domain"))


def _plain(text: str) -> bool:
    return bool(text) and text.isprintable() and text.translate(_PUNCTUATION).isalnum()


_PUNCTUATION = str.maketrans("", "", "._-:")


def web(url: str | None) -> str | None:
    """An address of the web as account or link; None for any other, or for one with characters that none may have."""
    if not url or len(url) > URL_LIMIT or not url.startswith(("https://", "http://")):
        return None
    if not url.isprintable() or " " in url or not _UNSAFE.isdisjoint(url):
        return None
    return url


def account_uri(server: Server, account: Account) -> str:
    """The account: its global `uri`, on servers that do not tell it the profile's address, else the server's id."""
    return web(account.uri) or web(account.url) or server.uri("account", required(account.id, "account.id"))


def own_accounts(server: Server, account: Account) -> list[str]:
    """How this account is named as a party and as somebody who is mentioned."""
    handle = server.handle(account.acct)
    return [account_uri(server, account), *([f"acct:{handle}"] if handle else [])]


@lru_cache(maxsize=4096)
def _page(html: str) -> str | None:
    """The address in a line of a profile."""
    rendered = render_html(html)
    return next((web(span.value) for span in rendered.spans if span.kind == "link"), web(rendered.text.strip()))


def self_of(own: frozenset[str]) -> str | None:
    """Our account by its `uri`, else by its handle; None if it is not known."""
    return min(own, key=lambda account: (account.startswith("acct:"), account), default=None)


def ours(someone: Party, own: frozenset[str]) -> Party:
    """The same, marked as us and by our own account if it is the account of the source."""
    if own and (someone.account in own or any(claim.account in own for claim in someone.claims)):
        return structs.replace(someone, side="us", account=self_of(own))
    return someone


def party(server: Server, account: Account, role: Role = "author") -> Party:
    """Somebody, with what the server vouches for: the handle, and pages that link back to the profile."""
    handle = server.handle(account.acct)
    claims = [Claim(relation="same_as", account=f"acct:{handle}", trust="verified")] if handle else []
    claims += [
        Claim(relation="same_as", account=page, trust="verified")
        for field in account.fields or ()
        if field.verified_at and field.value and (page := _page(field.value))
    ]
    kind: PartyKind = "person"
    if account.group:
        kind = "group"
    elif account.bot:
        kind = "application"
    return Party(
        account=account_uri(server, account),
        kind=kind,
        role=role,
        name=display_name(account),
        handle=handle,
        claims=claims,
    )


def mentioned(server: Server, mention: Mention, role: Role) -> Party:
    """Somebody who is named. Only the handle is told in full, and `party` claims the same one."""
    return Party(
        account=mention_account(server, mention),
        kind="unknown",
        role=role,
        name=one_line(mention.username),
        handle=server.handle(mention.acct),
    )


def mention_account(server: Server, mention: Mention) -> str | None:
    """``acct:`` of the handle; without one, the profile's address or the server's id."""
    handle = server.handle(mention.acct)
    if handle:
        return f"acct:{handle}"
    native_id = id_text(mention.id)
    return web(mention.url) or (server.uri("account", native_id) if native_id else None)


def display_name(account: Account) -> str | None:
    """The name without the server's own pictures (``:blobcat:``); the user name if nothing else is left."""
    name = account.display_name or ""
    if account.emojis and ":" in name:
        for emoji in account.emojis:
            name = name.replace(f":{emoji.shortcode}:", " ")
    return one_line(name) or one_line(account.username) or one_line(account.acct)


def one_line(text: str | None) -> str | None:
    """A name or title on one line; None for none and for ""."""
    if not text:
        return None
    if text.isascii() and text.isprintable() and "  " not in text and text.strip() == text:
        return text
    return " ".join(tidy(text, []).text.translate(_REORDERING).split()) or None
