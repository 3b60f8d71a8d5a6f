"""The installation's key: names rows and records, makes pseudonyms. Who loses it cannot go on with old state.

It comes from ``COMMONLINE_KEY`` (hexadecimal or base64), from the file that ``COMMONLINE_KEY_FILE`` names,
else from ``<home>/secrets/installation.key``, which is made at the first use. All processes of an
installation need the same.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from commonline.errors import ConfigurationError, PlatformError
from commonline.ids import keyed_hash

VARIABLE = "COMMONLINE_KEY"
KEY_BYTES = 32
MOST_BYTES = 64


def installation_key(home: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The key, 32 to 64 bytes.

    Raises `ConfigurationError` for a value that is no key, `PlatformError` for a file that cannot be used.
    """
    value, file = environ.get(VARIABLE), environ.get(f"{VARIABLE}_FILE")
    if value and file:
        raise ConfigurationError(f"{VARIABLE} and {VARIABLE}_FILE are both set: keep one")
    if value:
        return _decode(value, VARIABLE)
    path = Path(file) if file else home / "secrets" / "installation.key"
    if not file and not path.exists():
        _create(path)
    try:
        return _decode(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PlatformError(f"the installation's key {path} cannot be read: {error}") from error


def key_id(key: bytes) -> str:
    """A name for a key that tells nothing about it: 16 hexadecimal digits."""
    return keyed_hash(key, "key id", size=8).hex()


def _decode(text: str, where: str) -> bytes:
    text = text.strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
    if not KEY_BYTES <= len(key) <= MOST_BYTES:
        raise ConfigurationError(
            f"{where} holds no key: give {KEY_BYTES} to {MOST_BYTES} random bytes in hexadecimal or base64, "
            f"for instance made by: openssl rand -hex {KEY_BYTES}"
        )
    return key


def _create(path: Path) -> None:
    """Write a new key so that two processes that start together end with the same one."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was quicker: its key counts
        finally:
            part.unlink()
    except OSError as error:
        raise PlatformError(f"the installation's key cannot be kept in {path.parent}: {error}") from error
