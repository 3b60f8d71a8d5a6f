"""What Commonline runs on: which broker is used and why, and all parts started and ended as one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from commonline.errors import PlatformError
from commonline.local.artifacts import load_lock
from commonline.local.broker import Broker, brokers
from commonline.local.greenmail import GreenMail, Mailbox
from commonline.local.home import Home
from commonline.local.java import Profile
from commonline.local.process import undisturbed
from commonline.local.registry import Registry
from commonline.local.restarts import GiveUp, History
from commonline.settings import KafkaSettings

DEFAULT_PORT = 9092
REGISTRY_PORT = 8081
ANSWER_S = 10.0
Kind = Literal["given", "packages", "docker"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which broker will be used. `settings` is None where it has to be started first."""

    kind: Kind
    why: str
    settings: KafkaSettings | None = None


class AnyBroker(Protocol):
    """What the platform does with a broker, wherever it runs."""

    @property
    def settings(self) -> KafkaSettings: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def remove(self) -> None: ...


def resolve(*, docker: bool = False, environ: Mapping[str, str] = os.environ) -> Choice:
    """Decide: a given broker, else Docker on request, else packages.

    Raises `ConfigurationError` for settings that do not fit, `PlatformError` for Docker without an engine.
    """
    given = KafkaSettings.from_environ(environ)
    if given is not None:
        if docker:
            raise PlatformError(f"--docker and COMMONLINE_KAFKA={given.bootstrap} are both set: keep one")
        return Choice("given", f"COMMONLINE_KAFKA is {given.bootstrap}", given)
    if not docker:
        return Choice("packages", "COMMONLINE_KAFKA is not set")
    from commonline.local.docker import engine_answers

    if not engine_answers(environ):
        raise PlatformError("--docker: no Docker engine answers; start Docker, or leave --docker away")
    return Choice("docker", "--docker, and an engine answers")


def connect(home: Home, environ: Mapping[str, str] = os.environ) -> KafkaSettings:
    """Settings for a command that works on a running platform: the given broker, else the one of `home`.

    Raises `PlatformError` when there is none.
    """
    given = KafkaSettings.from_environ(environ)
    if given is not None:
        return given
    found = running(home)
    if found is None:
        raise PlatformError(
            f"nothing runs for {home.path}: start it with `commonline up`, or set COMMONLINE_KAFKA=host:port"
        )
    return found


def running(home: Home) -> KafkaSettings | None:
    """The broker that a living `commonline up` (or demo) started for `home`, or None."""
    bootstrap = home.described().get("bootstrap")
    return KafkaSettings(bootstrap=bootstrap) if isinstance(bootstrap, str) else None


class Platform:
    """Broker, registry and mail server of one home. Use as a context manager: everything started is ended.

    `port` 0 takes a free one. The home must be claimed (`Home.claim`) by the caller.
    """

    def __init__(self, home: Home, choice: Choice, *, port: int = DEFAULT_PORT, profile: Profile = "quick") -> None:
        self.home, self.choice = home, choice
        self.broker: AnyBroker | None = self._broker(port, profile) if choice.kind != "given" else None
        self.registry: Registry | None = None
        self.greenmail: GreenMail | None = None
        self._histories = {"broker": History(), "registry": History()}
        self._started: dict[str, float] = {}

    def _broker(self, port: int, profile: Profile) -> AnyBroker:
        if self.choice.kind == "packages":
            return Broker(self.home.path, self.home.cache, port=port, profile=profile)
        from commonline.local.docker import DockerKafka, volume_of

        return DockerKafka(port=port, volume=volume_of(self.home.path))

    @property
    def kafka(self) -> KafkaSettings:
        """Settings for clients. Known after `start_broker`."""
        if self.choice.settings is not None:
            return self.choice.settings
        assert self.broker is not None
        return self.broker.settings

    @property
    def about(self) -> str:
        """What the broker is, for people."""
        if self.choice.kind == "given":
            return f"given by COMMONLINE_KAFKA ({self.kafka.security_protocol})"
        where = f"data in {self.home.path / 'kafka'}"
        if self.choice.kind == "docker":
            where = f"data in the Docker volume {getattr(self.broker, 'volume', None)}"
        return f"Apache Kafka {load_lock('kafka').version} from {self.choice.kind}, {where}"

    @property
    def registry_url(self) -> str | None:
        """The registry's address, if one was started."""
        return self.registry.url if self.registry is not None else None

    def start_broker(self) -> KafkaSettings:
        """Start the broker, or check that the given one answers. Raises `PlatformError`."""
        if self.broker is not None:
            self.broker.start()
            self._started["broker"] = time.monotonic()
        elif not brokers(self.kafka, ANSWER_S):
            raise PlatformError(
                f"COMMONLINE_KAFKA={self.kafka.bootstrap} did not answer within {ANSWER_S:.0f} s: start it, "
                "correct the address, or unset the variable to use a broker from packages"
            )
        self._describe()
        return self.kafka

    def start_registry(self, port: int = REGISTRY_PORT) -> str:
        """Start Apicurio Registry, its schemas kept in the home. Returns the address of its Confluent API."""
        data = self.home.path / "registry"
        self.registry = Registry(self.home.path, self.home.cache, port=port, data=data)
        self.registry.start()
        self._started["registry"] = time.monotonic()
        self._describe()
        return self.registry.url

    def start_greenmail(self, *mailboxes: Mailbox) -> GreenMail:
        """Start a mail server with these users."""
        self.greenmail = GreenMail(self.home.path, self.home.cache, mailboxes)
        self.greenmail.start()
        self._describe()
        return self.greenmail

    def tend(self, say: Callable[[str, str], None]) -> None:
        """Start again what has died since it was started; to be called now and then.

        Raises `PlatformError` when the same part dies five times within 30 s of its start each time.
        """
        names = {"broker": "kafka", "registry": "registry"}
        for part, name in names.items():
            server: Broker | Registry | None = getattr(self, part)
            if server is None or server.alive:
                continue
            lived = time.monotonic() - self._started[part]
            verdict = self._histories[part].ended(1, lived)
            if isinstance(verdict, GiveUp):
                raise PlatformError(f"{name} does not stay up: {verdict.why}; see {self.home.logs}")
            say(name, f"ended by itself after {lived:.0f} s; starting it again")
            server.start()
            self._started[part] = time.monotonic()
            say(name, "is back")

    def stop(self) -> None:
        """End everything that was started, the broker last. Each part has a time limit; Ctrl-C changes nothing."""
        with undisturbed():
            if self.greenmail is not None:
                self.greenmail.stop()
            if self.registry is not None:
                self.registry.stop()
            if self.broker is not None:
                self.broker.remove()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _describe(self) -> None:
        """Tell other commands of this home what runs."""
        self.home.describe(
            {
                "kind": self.choice.kind,
                # A cluster with credentials is reached by its variables only: they are not written to disk.
                "bootstrap": self.kafka.bootstrap if self.kafka.security_protocol == "PLAINTEXT" else None,
                "registry": self.registry_url,
                "imap": self.greenmail.imap_port if self.greenmail else None,
                "smtp": self.greenmail.smtp_port if self.greenmail else None,
            }
        )
