"""The broker of a test run: given, from Docker where its engine answers, else from packages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from commonline.errors import PlatformError
from commonline.local.broker import Broker, brokers
from commonline.settings import KafkaSettings

GIVEN_TIMEOUT_S = 10.0


class KafkaUnderTest(Protocol):
    """What the fixture `kafka` gives: a broker, and ways to hurt it."""

    kind: str
    """``given``, ``docker`` or ``packages``."""

    @property
    def bootstrap(self) -> str: ...

    @property
    def settings(self) -> KafkaSettings: ...

    @property
    def alive(self) -> bool:
        """Whether its process runs."""

    def start(self) -> None:
        """Start it again after `stop` or `kill`: same address, same data."""

    def stop(self) -> None:
        """End it cleanly."""

    def kill(self) -> None:
        """SIGKILL. The next test finds it started again."""

    def restart(self) -> None:
        """End cleanly (unless it is dead already) and start."""

    def remove(self) -> None:
        """End it for good."""

    def pause(self) -> None:
        """Freeze it: connections stay, nothing answers."""

    def resume(self) -> None:
        """Thaw it."""


class GivenKafka:
    """A broker that is not ours: it can be used, not hurt."""

    kind = "given"
    alive = True

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self.bootstrap = settings.bootstrap

    def start(self) -> None:
        """Check that it answers. Raises `PlatformError`."""
        if not brokers(self.settings, GIVEN_TIMEOUT_S):
            raise PlatformError(
                f"COMMONLINE_KAFKA={self.bootstrap} did not answer within {GIVEN_TIMEOUT_S:.0f} s: "
                "start it, or unset the variable to test with a broker from packages"
            )

    def stop(self) -> None:
        """Leave it as it is."""

    remove = stop

    def kill(self) -> None:
        """Refuse."""
        raise PlatformError(f"{self.bootstrap} was given by COMMONLINE_KAFKA: tests that kill a broker need their own")

    restart = pause = resume = kill


def choose(home: Path, cache: Path, environ: Mapping[str, str] = os.environ) -> KafkaUnderTest:
    """The broker for this test run, not started yet."""
    given = KafkaSettings.from_environ(environ)
    if given is not None:
        return GivenKafka(given)
    from commonline.local.docker import DockerKafka, engine_answers

    if engine_answers(environ):
        return DockerKafka()
    return Broker(home, cache)
