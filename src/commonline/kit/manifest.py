"""`manifest.toml`: the facts of a connector, read without importing its code."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commonline.errors import ConfigurationError

Transport = Literal["webhook", "poll", "stream"]
VisibilityName = Literal["public", "customer", "partner", "internal", "restricted"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(_Strict):
    """A setting of a source. `secret` ones come by ``{env = "…"}`` or ``{file = "…"}`` only; they are never printed."""

    type: Literal["string", "integer", "number", "boolean", "list", "table"] = "string"
    help: str
    required: bool = False
    default: Any = None
    secret: bool = False
    mapping: bool = Field(default=False, description="handed to mapping.py as entry.settings")
    example: Any = None
    choices: list[Any] | None = None


class Signature(_Strict):
    """A signature scheme as data: MAC(secret, content) in a header.

    `content` is a template over ``{method} {url} {path} {timestamp} {id} {body}`` and literals, rendered as bytes.
    `url` is the public one (setting ``public_url`` or the trusted proxy's headers), `path` its path and query.
    """

    header: str
    secret: str = Field(description="name of the setting that holds the secret, or the list of two live ones")
    algorithm: Literal["hmac-sha256", "hmac-sha1", "hmac-sha512"] = "hmac-sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    content: str = "{body}"
    timestamp_header: str | None = None
    timestamp_format: Literal["unix-s", "unix-ms", "iso"] = "unix-s"
    tolerance_s: int = 300
    id_header: str | None = Field(default=None, description="header whose value is {id}, as webhook-id")
    separator: str | None = Field(default=None, description="what stands between several signatures in the header")
    secret_form: Literal["text", "base64"] = Field(
        default="text", description="base64: the MAC's key is the decoded secret, an initial whsec_ left out"
    )
    url_decoded: bool = Field(default=False, description="HubSpot v3: some escapes of the URL are decoded")


class Token(_Strict):
    """A shared token that the sender repeats: header, query, or basic auth (secret ``user:password``)."""

    header: str | None = None
    query: str | None = None
    basic: bool = False
    prefix: str = ""
    secret: str


class QueryEcho(_Strict):
    """Handshake by GET: the query `echo` is answered verbatim if `token` equals the setting `secret`."""

    kind: Literal["query-echo"]
    match: dict[str, str] = {}
    token: str
    secret: str
    echo: str


class BodyEcho(_Strict):
    """Handshake by POST: a signed body whose `field` equals `equals` is answered with its `echo` field."""

    kind: Literal["body-echo"]
    field: str
    equals: str
    echo: str


class Webhook(_Strict):
    """How the product calls us."""

    signature: list[Signature] = Field(default=[], description="any one must fit; strongest first")
    token: list[Token] = []
    handshake: Annotated[QueryEcho | BodyEcho, Field(discriminator="kind")] | None = None
    headers: list[str] = Field(default=[], description="header names kept in the delivery; ce-*: all that begin so")
    vendor_id_header: str | None = None
    vendor_id_field: str | None = Field(default=None, description="top-level JSON field with the delivery's id")
    content_types: list[str] = ["application/json"]
    body_limit: int = 8 * 1024 * 1024
    methods: list[str] = ["POST"]
    handshake_methods: list[str] = Field(default=["GET", "HEAD"], description="those of a handshake in ingress.py")
    success_status: int = 200
    success_body: str = Field(default="", description="what the product wants to read before it believes a 2xx")
    success_content_type: str = "text/plain; charset=utf-8"
    public_keys: str = Field(
        default="", description="how senders sign with keys of their own, which are fetched; ingress.py judges"
    )
    unsigned_allowed: bool = Field(default=False, description="the product cannot sign: no secret is needed")


POLL_INTERVAL = Setting(type="number", help="seconds between two polls; the connector's own interval if not set")


class Poll(_Strict):
    """How we ask the product (streams too: whether `source.py` is run at all)."""

    interval_s: float = 60.0
    look_back_s: float = Field(
        default=0.0, description="every half of this time, all of it is read once more (mode sweep) for late items"
    )
    requires: list[str] = Field(
        default=[], description="settings without which this source is not asked (a webhook alone is enough)"
    )


class RateLimit(_Strict):
    """What the vendor allows us."""

    requests: int
    per_s: float
    note: str = ""


class Events(_Strict):
    """Three lists, nothing falls through: what is in neither is unsupported."""

    mapped: list[str] = []
    ignored: dict[str, str] = Field(default={}, description="event -> rule")


class Manifest(_Strict):
    """The whole file. `name` equals the folder's name."""

    name: str
    title: str
    about: str
    vendor_docs: list[str] = []
    transports: list[Transport]
    direction: Literal["in", "in-out"] = "in"
    visibility: VisibilityName = Field(description="the loosest that the connector ever tells of anything")
    backfill: bool = False
    edits: bool = False
    deletes: bool = False
    second_path: str = Field(default="", description="what finds events that the first path lost")
    replies: str = Field(default="", description="what the vendor lets us answer with, and its limits")
    tested_on: str
    samples: list[str] = Field(
        default=[], description="other names under which collections keep samples of the product"
    )
    events: Events
    webhook: Webhook | None = None
    poll: Poll | None = None
    rate_limit: list[RateLimit] = []
    settings: dict[str, Setting] = {}
    exempt: dict[str, str] = Field(default={}, description="conformance rule -> reason")

    @property
    def all_settings(self) -> dict[str, Setting]:
        """The connector's settings, and those that the kit adds: every polled source takes `interval_s`."""
        return {"interval_s": POLL_INTERVAL} | self.settings if "poll" in self.transports else self.settings


def load(folder: Path) -> Manifest:
    """Read and check a connector's manifest.

    Raises `ConfigurationError` naming file, key and fault.
    """
    path = folder / "manifest.toml"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        manifest = Manifest.model_validate(data)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {key}: {first['msg']}") from error
    if manifest.name != folder.name:
        raise ConfigurationError(f"{path}: name is {manifest.name!r}, the folder is {folder.name!r}; make them equal")
    return manifest
