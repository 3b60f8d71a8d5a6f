"""Values of a feed as typed models, whatever version of the schema they were written with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pydantic import ValidationError

from commonline.errors import ConfigurationError, ContractError, RetryLaterError
from commonline.schemas import records
from commonline.schemas.errors import DecodeError, FramingError, SchemaError
from commonline.schemas.ids import SchemaIds
from commonline.schemas.models import FeedActivity
from commonline.schemas.serde import Serde

Decode: TypeAlias = Callable[[bytes], FeedActivity]


def decoder(registry: str | None) -> Decode:
    """A function from a record's value to its model.

    Versions that this package does not know are asked of the `registry` (address of its Confluent API), where one is
    given. The function raises `ConfigurationError` for a version that nobody knows, `RetryLaterError` while the
    registry does not answer, `ContractError` for bytes that are not what they say.
    """
    return decoder_of(_ids(registry))


def decoder_of(ids: SchemaIds) -> Decode:
    """The same for schema ids that are known already."""
    serde = Serde(ids)

    def decode(value: bytes) -> FeedActivity:
        try:
            return FeedActivity.from_record(serde.decode_as(records.FeedActivity, value))
        except FramingError as error:
            raise ConfigurationError(f"{error}: use a newer package, or set COMMONLINE_REGISTRY") from error
        except (DecodeError, ValidationError) as error:
            raise ContractError(str(error)) from error
        except SchemaError as error:  # of the registry, whose module is not imported where there is none
            raise RetryLaterError(str(error)) from error

    return decode


def _ids(registry: str | None) -> SchemaIds:
    if registry is None:
        return SchemaIds.bundled()
    from commonline.schemas.registry import Registry, RegistryError

    def fetch(number: int) -> str | None:
        with Registry(registry) as client:
            return client.schema(number)

    try:
        Registry(registry).close()
    except RegistryError as error:
        raise ConfigurationError(f"COMMONLINE_REGISTRY: {error}") from error
    return SchemaIds.reading(fetch)
