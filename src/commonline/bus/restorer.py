"""The child process of a long restore: ``python -m commonline.bus.restorer``, with its order as JSON on stdin.

It says on stdout how far it is, a JSON line at least once a second, and at last ``{"applied": n}`` or
``{"error": class, "message": …}``. When its parent is gone, its stdin ends, and so does it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from commonline.bus.changelog import Changelog, read
from commonline.bus.store import LocalStore
from commonline.errors import CommonlineError
from commonline.settings import KafkaSettings

TELL_S = 0.25


def main() -> None:
    """Obey one order."""
    gc.freeze()
    gc.disable()  # rows are neither kept nor do they refer to each other
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_watch, daemon=True).start()
    try:
        answer: dict[str, Any] = {"applied": _obey(order)}
    except CommonlineError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    _say(answer)


def _watch() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _obey(order: dict[str, Any]) -> int:
    kafka = KafkaSettings.from_environ()
    assert kafka is not None
    changelog = Changelog(kafka, order["topic"], order["partition"], order["check"], order["mend"])
    store = LocalStore(Path(order["path"]), mend=order["mend"], purpose="restore")
    last = 0.0

    def progress(done: int, left: int) -> None:
        nonlocal last
        if time.monotonic() - last > TELL_S:
            last = time.monotonic()
            _say({"done": done, "left": left})

    try:
        applied = read(changelog, order["start"], order["end"], store, progress)
        store.flush()
        return applied
    finally:
        store.close()


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
