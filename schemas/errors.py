"""Errors of the contract. They stand here, not in ``commonline.errors``: a client needs only this package."""

from __future__ import annotations


class SchemaError(ValueError):
    """Root of the errors of this package."""


class EncodeError(SchemaError):
    """A record holds a value that its schema forbids. `path` names it (``object.spans[2].start``)."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class DecodeError(SchemaError):
    """Bytes are not the encoding of a record of this schema. `record` names the schema."""

    def __init__(self, record: str, message: str) -> None:
        super().__init__(f"{record}: {message}")
        self.record = record


class FramingError(DecodeError):
    """A value does not begin with 0x00 and a 4-byte schema id, or the id is not one that is known."""


class SourceError(SchemaError):
    """An Avro file of this package breaks a rule of this project. The message names file, type and fix."""
