"""Which services an installation runs, and how each is called."""

from __future__ import annotations

import sys
from pathlib import Path

from commonline.local.home import Home
from commonline.local.ports import HOST
from commonline.local.service import ServiceSpec
from commonline.settings import KafkaSettings

METRICS_PORTS = {
    "connect": 9181,
    "normalize": 9182,
    "unify": 9183,
    "pulse": 9184,
    "audit": 9185,
    "gateway": 8090,
}
"""Where each service answers /metrics, /healthz and /readyz, in the order in which they start."""
MORE_WORDS = {"audit": ("--serve",)}
"""What stands behind the name where a command is not a service by itself."""


def services(
    kafka: KafkaSettings,
    home: Home,
    *,
    config: Path,
    registry: str | None = None,
    metrics_ports: dict[str, int] | None = None,
) -> list[ServiceSpec]:
    """The services, in the order in which they start.

    Each gets its settings by environment: ``COMMONLINE_KAFKA`` and its kin, ``COMMONLINE_HOME``,
    ``COMMONLINE_CONFIG``, ``COMMONLINE_REGISTRY`` (when there is one), and ``COMMONLINE_METRICS``: the
    host:port where it answers /metrics, /healthz and /readyz.
    """
    shared = kafka.environ() | {
        "COMMONLINE_HOME": str(home.path),
        "COMMONLINE_CONFIG": str(config.absolute()),
    }
    if registry:
        shared["COMMONLINE_REGISTRY"] = registry
    return [
        ServiceSpec(
            name,
            (sys.executable, "-m", "commonline", name, *MORE_WORDS.get(name, ())),
            shared | {"COMMONLINE_METRICS": f"{HOST}:{port}"},
            f"http://{HOST}:{port}/readyz",
        )
        for name, port in (metrics_ports or METRICS_PORTS).items()
    ]
