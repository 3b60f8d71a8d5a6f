"""The API against its own OpenAPI document: whatever is asked is answered as the document says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from commonline.gateway.app import make_app
from commonline.gateway.store.engine import Store
from tests.gateway.filled import ROOT, fill, inputs, story, told
from tests.gateway.test_visibility import CALLS, Audited

EXAMPLES = 12
# Zones, cursors and spans that have a form and yet mean nothing are answered 422, which this check would not have.


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder: Path = tmp_path_factory.mktemp("schemathesis")
    store = Store(f"sqlite:///{folder / 'gateway.db'}")
    store.migrate()
    fill(store, inputs(told(*story()).outputs))
    app = make_app(store, access=lambda _: ROOT, state={"operations": Audited()})
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    yield {f"{one.method.upper()} {one.path}": one for one in found}
    store.close()


@pytest.mark.parametrize("route", CALLS)
def test_answers_are_as_documented(operations: dict[str, Any], route: str) -> None:
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operations[route].as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()
