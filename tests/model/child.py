"""The child process of a long restore: a process of its own on its parent's disk, which outlives it for a moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from commonline.errors import CommonlineError
from tests.model.context import here
from tests.model.machine import Process

END = b"\n"


def _say(what: dict[str, Any]) -> None:
    """The restorer's own `_say`, whichever child it is."""
    told = here().process.told
    assert told is not None
    told(what)


class Child:
    """`subprocess.Popen` of `commonline.bus.restorer`, which is `restorer` here. It is its own pipes, too."""

    def __init__(self, restorer: Any) -> None:
        self._context = here()
        parent = self._context.process
        self._restorer = restorer
        restorer._say = _say
        self._order = b""
        self._lines: list[bytes] = []
        self.stdin = self.stdout = self
        self.returncode: int | None = None
        self._process = Process(f"{parent.name} child", parent.disk)
        self._process.parent = parent
        self._process.told = self._say
        self._context.children.append(self._process)
        self._context.machine.spawn(self._process, "restorer", self._run)

    def _run(self) -> None:
        self._context.machine.give_way(lambda: END in self._order)
        self._context.coverage["reached: restored by a child process"] += 1
        try:
            answer: dict[str, Any] = {"applied": self._restorer._obey(json.loads(self._order))}
        except CommonlineError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        self._say(answer)
        self._context.end(self._process)

    def _say(self, what: dict[str, Any]) -> None:
        self._lines.append(json.dumps(what).encode() + END)

    def write(self, data: bytes) -> None:
        self._order += data

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._context.machine.give_way(lambda: bool(self._lines) or not self._process.alive)
            if not self._lines:
                return
            yield self._lines.pop(0)

    def kill(self) -> None:
        if self._process.alive and self._context.process.alive:
            self._context.kill(self._process)

    def wait(self, _timeout: float | None = None) -> int:
        return 0
