"""Every error of Commonline, ordered by what the caller does.

| class | the caller |
|---|---|
| `ConfigurationError` | stops and shows the message: key, value, fix (exit 2) |
| `PlatformError` | stops and shows one plain sentence (exit 3) |
| `StalledError` | stops and shows what does not get on (exit 3) |
| `RetryLaterError` | waits `after_s`, then tries again |
| `DisconnectedError` | connects again with back-off |
| `AuthenticationError` | answers 401, stores nothing |
| `TooLargeError` | answers 413, counts |
| `MalformedPayloadError` | writes a dead letter with the path that failed |
| `UnsupportedEventError` | acknowledges, counts, keeps the delivery |
| `ContractError` | writes a dead letter, pages someone: the fault is ours |
| `RestartError` | ends the process with code 75; the supervisor starts it anew |
| `StateError` | ends the process with code 76; a person must look |
| `BrokenStoreError` | ends with 76; the local files are broken, the changelog has the rows |
| `BrokenChangelogError` | ends with 76; a record of the changelog cannot be read, the log of activities has the facts |
| `StoreInUseError` | ends with code 75: another process has the files open |
"""

from __future__ import annotations

EXIT_USAGE = 2
EXIT_PLATFORM = 3
EXIT_RESTART = 75
EXIT_STATE = 76


class CommonlineError(Exception):
    """Root of all errors that Commonline raises on purpose."""

    exit_code = 1


class ConfigurationError(CommonlineError):
    """A setting is wrong. The message names the key, its value and the fix."""

    exit_code = EXIT_USAGE


class PlatformError(CommonlineError):
    """The machine lacks something: a port, disk, network, a broker that answers."""

    exit_code = EXIT_PLATFORM


class StalledError(CommonlineError):
    """What was written is not taken in by the stage behind: writing more would bury it."""

    exit_code = EXIT_PLATFORM


class RetryLaterError(CommonlineError):
    """The other side asked for patience."""

    def __init__(self, message: str, after_s: float = 5.0) -> None:
        super().__init__(message)
        self.after_s = after_s


class DisconnectedError(CommonlineError):
    """A stream or connection ended; connect again."""


class AuthenticationError(CommonlineError):
    """Not theirs: signature, token or time stamp does not fit. `reason` is for metrics, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLargeError(CommonlineError):
    """A body, header or row passed its cap. `limit` is in the unit that `what` names."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is larger than {limit}")
        self.what = what
        self.limit = limit


class MalformedPayloadError(CommonlineError):
    """Theirs, but not in the form that their documentation promises.

    `path` names the place in the payload (``entry[0].changes[2].value``), `entry` the part of a
    delivery that holds several (None: the whole delivery).
    """

    def __init__(self, message: str, path: str | None = None, entry: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.entry = entry


class UnsupportedEventError(CommonlineError):
    """An event of theirs that the connector neither maps nor lists as ignored."""

    def __init__(self, event: str) -> None:
        super().__init__(f"event {event!r} is not supported")
        self.event = event


class ContractError(CommonlineError):
    """We made a record that our own contract forbids."""


class RestartError(CommonlineError):
    """The outcome of a transaction is unknown, or this process was fenced: end and start anew."""

    exit_code = EXIT_RESTART


class StateError(CommonlineError):
    """State and log disagree: stop before anything is skipped or done twice."""

    exit_code = EXIT_STATE


class BrokenStoreError(StateError):
    """The local files of a partition's state cannot be opened, read or written. The message names the command that
    builds them anew."""


class BrokenChangelogError(StateError):
    """A record of the changelog cannot be read, or is no row of this program. The message names partition, offset and
    the command that mends it."""


class StoreInUseError(RestartError):
    """The local files of a partition's state are open in another process."""
