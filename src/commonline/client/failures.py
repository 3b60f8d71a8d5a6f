"""What an application is told when Kafka refuses or is not there."""

from __future__ import annotations

import socket
from typing import Literal

from commonline.client.settings import ClientSettings
from commonline.errors import CommonlineError, ConfigurationError, PlatformError

Cause = Literal["user", "rights", "silent"]
PROBE_S = 5.0


def failure(cause: Cause, error: Exception, settings: ClientSettings, department: str) -> CommonlineError:
    """The error that says what to do."""
    where, user = settings.kafka.bootstrap, settings.kafka.sasl_username
    if cause == "user":
        return ConfigurationError(f"Kafka at {where} refuses user {user!r}: {error}")
    if cause == "rights":
        return ConfigurationError(
            f"{f'user {user!r}' if user else 'this user'} has no right to read the feed {department!r}: "
            f"it needs READ on the topic, and on the group if it names one ({error})"
        )
    return PlatformError(f"Kafka at {where} does not answer ({error or type(error).__name__}): is it running?")


def probe(settings: ClientSettings) -> None:
    """Raise `PlatformError` unless one of the addresses takes a connection.

    Asked before Kafka's clients are: they try for long, do not say why it failed, and leave sockets behind.
    """
    reasons = []
    for address in settings.kafka.bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), PROBE_S).close()
        except OSError as error:
            reasons.append(f"{address.strip()}: {error.strerror or error}")
        else:
            return
    raise PlatformError(f"no Kafka answers at {'; '.join(reasons)}: is it running, and is COMMONLINE_KAFKA right?")
