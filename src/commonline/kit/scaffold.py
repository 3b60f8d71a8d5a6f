"""The first files of a new connector: they run, and say what is to be replaced."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import get_args

from commonline.errors import ConfigurationError
from commonline.kit.manifest import Transport

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}\Z")

_INIT = '"""{title}: messages between people."""\n'

_MANIFEST = """\
name = "{name}"
title = "{title}"
about = "Messages between people."
vendor_docs = ["https://example.org/{name}/docs/webhooks"]
transports = ["{transport}"]
visibility = "customer"
tested_on = "fixtures after the vendor's documented format"

[events]
mapped = ["message.created"]

[events.ignored]
ping = "handshake"
"""

_WEBHOOK = """
[webhook]
vendor_id_header = "x-delivery-id"

[[webhook.signature]]
header = "x-signature"
secret = "signing_secret"
prefix = "sha256="

[settings.signing_secret]
help = "what the vendor shows when the webhook is made"
required = true
secret = true
"""

_API = """
[settings.api_url]
help = "where the vendor's API is"
required = true
example = "https://example.org/api"

[settings.api_token]
help = "a token that may read messages"
required = true
secret = true
"""

_POLL = """
[poll]
interval_s = 60.0
look_back_s = 900.0
"""

_PARTS = {"webhook": _WEBHOOK, "poll": _POLL + _API, "stream": _API}

_MAPPING = '''\
"""{title} events to drafts: an envelope with `type`, `time` and `message`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Delivery, Object, Party, Thread

NAME = "{name}"


class Author(msgspec.Struct):
    """Who wrote it."""

    id: str | int
    name: str | None = None


class Message(msgspec.Struct):
    """One message; `conversation` is the id of what it belongs to."""

    id: str | int
    text: str
    author: Author
    conversation: str | int | None = None


class Event(msgspec.Struct):
    """The envelope."""

    type: str
    time: str | int | None = None
    message: msgspec.Raw = msgspec.Raw()


_event = msgspec.json.Decoder(Event).decode
_message = msgspec.json.Decoder(Message).decode


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One delivery holds one event."""
    event = _event(delivery.body or b"")
    return [Entry(0, event.type, event, "", delivery, settings)]


def message_created(entry: Entry) -> list[Draft]:
    """A message was written."""
    event: Event = entry.body
    message = _message(event.message)
    thread = message.conversation if message.conversation is not None else message.id
    text = tidy(message.text, []).text
    return [
        Draft(
            event=entry.event,
            type="Create",
            object=Object(
                id=accounts.native(NAME, "message", message.id),
                type="Note",
                text=text,
                spans=link_spans(text),
            ),
            thread=Thread(id=accounts.native(NAME, "conversation", thread)),
            actor=Party(
                account=accounts.native(NAME, "user", message.author.id),
                kind="person",
                role="author",
                name=message.author.name,
            ),
            channel="chat",
            visibility="customer",
            published=times.parse(event.time),
        )
    ]


EVENTS: dict[str, EventMapping] = {{"message.created": message_created}}
'''

_SOURCE = '''\
"""{title}: reading what is new."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.errors import DisconnectedError
from commonline.kit.source import Context, Cursor, Item, Page


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Pages of events, oldest first, until there is nothing more for now."""
    after = str((cursor or {{}}).get("after", ""))
    headers = {{"authorization": f"Bearer {{context.settings['api_token'].value}}"}}
    while True:
        url = f"{{context.settings['api_url']}}/events"
        async with context.http.get(url, params={{"after": after}}, headers=headers) as answer:
            if answer.status >= 400:
                raise DisconnectedError(f"GET {{url}} answered {{answer.status}}")
            events = msgspec.json.decode(await answer.read(), type=list[msgspec.Raw])
        if not events:
            return
        after = str(msgspec.json.decode(events[-1], type=dict[str, msgspec.Raw])["id"])
        yield Page([Item(bytes(event), request="GET /events") for event in events], {{"after": after}})
'''

_STREAM = '''\
"""{title}: a stream of events, one JSON line each."""

from __future__ import annotations

from collections.abc import AsyncIterator

from commonline.errors import DisconnectedError
from commonline.kit.source import Context, Cursor, Item, Page


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One page a line, for ever; the runner connects again when the stream ends."""
    headers = {{"authorization": f"Bearer {{context.settings['api_token'].value}}"}}
    url = f"{{context.settings['api_url']}}/stream"
    async with context.http.get(url, headers=headers) as answer:
        if answer.status >= 400:
            raise DisconnectedError(f"GET {{url}} answered {{answer.status}}")
        async for line in answer.content:
            if line.strip():
                yield Page([Item(line.strip(), request="GET /stream")], cursor)
    raise DisconnectedError(f"GET {{url}}: the stream ended")
'''

_UNKNOWN = """\
{
  "type": "message.whispered",
  "time": "2026-05-04T09:12:33Z"
}
"""

_README = """\
# {title}

What it is, and which people talk there.

## Set up

1. What to click on the vendor's side, step by step.
2. What to write into `commonline.toml`:

```toml
[sources.{name}]
connector = "{name}"
workspace = "acme"
{settings}
```

## What it maps, ignores, and its limits

* A message becomes a `Create` of a `Note` in its conversation.
"""


def scaffold(name: str, transport: str, root: Path) -> list[Path]:
    """Write the first files of a connector below `root`. Returns them.

    Raises `ConfigurationError`: the name cannot be a folder and package, the transport is unknown, or the
    folder exists.
    """
    if not _NAME.match(name) or keyword.iskeyword(name):
        raise ConfigurationError(
            f"{name!r} cannot be a connector's name; use the product's, in lower case: request_tracker"
        )
    if transport not in get_args(Transport):
        raise ConfigurationError(f"transport {transport!r}; choose one of {', '.join(get_args(Transport))}")
    folder = root / name
    if folder.exists():
        raise ConfigurationError(f"{folder} exists; choose another name, or remove it")
    files = _files(name, transport)
    (folder / "fixtures").mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return [folder / file for file in files]


def _files(name: str, transport: str) -> dict[str, str]:
    title = name.replace("_", " ").title()
    words = {"name": name, "title": title, "transport": transport}
    webhook = transport == "webhook"
    if webhook:
        settings = f'signing_secret = {{ env = "{name.upper()}_SECRET" }}'
    else:
        settings = f'api_url = "https://example.org/api"\napi_token = {{ env = "{name.upper()}_TOKEN" }}'
    files = {
        "__init__.py": _INIT.format(**words),
        "manifest.toml": _MANIFEST.format(**words) + _PARTS[transport],
        "mapping.py": _MAPPING.format(**words),
        "README.md": _README.format(**words, settings=settings),
    }
    if not webhook:
        files["source.py"] = (_SOURCE if transport == "poll" else _STREAM).format(**words)
    files["fixtures/unknown__new-event.json"] = _UNKNOWN
    return files
