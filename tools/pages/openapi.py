"""The gateway's API as an OpenAPI 3.1 document."""

from __future__ import annotations

import json

from commonline.gateway.app import make_app
from commonline.gateway.store.engine import Store


def document() -> str:
    """JSON, made from the routes and their models."""
    return json.dumps(make_app(Store("sqlite://")).openapi(), indent=1, ensure_ascii=False) + "\n"
