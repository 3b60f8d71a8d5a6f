"""The broker of the crash tests: one listener a process beside its own, each advertised at a proxy that can be cut."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from commonline.local import ports
from commonline.local.broker import Broker
from commonline.settings import KafkaSettings
from tests.crash.proxy import Proxy

PROCESSES = ("connect", "normalize", "normalize-1", "unify", "unify-1")
"""Every process that may run; each has a way to the broker of its own."""


class CutBroker(Broker):
    """A broker from packages. A client that comes in by a process's listener is told that listener's proxy as the
    broker's address, so that all its connections run through the proxy."""

    def __init__(self, home: Path, cache: Path) -> None:
        super().__init__(home, cache)
        self._inside = {name: ports.free_port() for name in PROCESSES}
        self.proxies = {name: Proxy(port) for name, port in self._inside.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        for proxy in self.proxies.values():
            asyncio.run_coroutine_threadsafe(proxy.start(), self._loop).result(10)

    def _configure(self, class_path: str) -> Path:
        """As any broker, and the listeners for the proxies."""
        config = super()._configure(class_path)
        names = {name: name.upper().replace("-", "_") for name in PROCESSES}
        extra = {
            "listeners": [f"{names[name]}://{ports.HOST}:{port}" for name, port in self._inside.items()],
            "advertised.listeners": [
                f"{names[name]}://{ports.HOST}:{proxy.port}" for name, proxy in self.proxies.items()
            ],
            "listener.security.protocol.map": [f"{name}:PLAINTEXT" for name in names.values()],
        }
        lines = []
        for line in config.read_text("ascii").splitlines():
            key, _, _ = line.partition("=")
            lines.append(",".join([line, *extra.get(key, [])]))
        lines.append("inter.broker.listener.name=PLAINTEXT")
        config.write_text("\n".join(lines) + "\n", "ascii")
        return config

    def by(self, process: str, *, proxied: bool) -> KafkaSettings:
        """How a process reaches the broker."""
        return KafkaSettings(bootstrap=f"{ports.HOST}:{self.proxies[process].port}") if proxied else self.settings

    def remove(self) -> None:
        """End broker and proxies."""
        super().remove()
        for proxy in self.proxies.values():
            asyncio.run_coroutine_threadsafe(proxy.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
