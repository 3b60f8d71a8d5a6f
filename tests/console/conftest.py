"""Pages on a store that holds what unify wrote, asked for as a browser would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.gateway.asking import Asking
from tests.gateway.filled import fill, inputs, story, told

from commonline.console.app import routers
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer

Browser = Callable[..., Asking]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database that holds the story."""
    made = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    made.migrate()
    fill(made, inputs(told(*story()).outputs))
    yield made
    made.close()


@pytest.fixture
def browser(store: Store) -> Browser:
    """A client that is this viewer, with these cookies."""

    def asking(viewer: Viewer, **cookies: str) -> Asking:
        return Asking(store, viewer, routers=routers(store), cookies=cookies)

    return asking
