"""Pytest fixtures for code that talks to Kafka, a schema registry, or a mailbox.

``kafka``, ``apicurio`` and ``greenmail`` start at their first use, once for the whole run, and end with it.
``prefix`` keeps tests apart on the shared broker: begin names of topics, groups, transactional ids with it.
Without xdist: each worker would start servers of its own.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from commonline.local.greenmail import GreenMail
    from commonline.local.registry import Registry
    from commonline.testing.kafka import KafkaUnderTest

_BROKER: pytest.StashKey[KafkaUnderTest] = pytest.StashKey()


def cache_folder(config: pytest.Config) -> Path:
    """Downloads are kept in ``COMMONLINE_CACHE``, else below the root of the test run."""
    given = os.environ.get("COMMONLINE_CACHE")
    return Path(given) if given else config.rootpath / ".commonline" / "cache"


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaUnderTest]:
    """A running Kafka broker, one for the whole run."""
    from commonline.testing.kafka import choose

    broker = choose(tmp_path_factory.mktemp("kafka"), cache_folder(pytestconfig))
    try:
        broker.start()
        pytestconfig.stash[_BROKER] = broker
        yield broker
    finally:
        pytestconfig.stash.setdefault(_BROKER, broker)
        del pytestconfig.stash[_BROKER]
        broker.remove()


@pytest.fixture(scope="session")
def apicurio(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A running Apicurio Registry, in memory, one for the whole run. Its Confluent API is at ``.url``."""
    from commonline.local.registry import Registry

    registry = Registry(tmp_path_factory.mktemp("registry"), cache_folder(pytestconfig))
    registry.start()
    yield registry
    registry.stop()


@pytest.fixture(scope="session")
def greenmail(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GreenMail]:
    """A running IMAP and SMTP server, one for the whole run. Add your users with ``.add(Mailbox(…))``."""
    from commonline.local.greenmail import GreenMail

    server = GreenMail(tmp_path_factory.mktemp("greenmail"), cache_folder(pytestconfig))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """A name that no other test has: ``<test>-<random>-``, fit for topics, groups and transactional ids."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40]
    return f"{name}-{secrets.token_hex(4)}-"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that killed the shared broker must not fail the next one."""
    broker = item.config.stash.get(_BROKER, None)
    if broker is not None and not broker.alive:
        broker.start()
