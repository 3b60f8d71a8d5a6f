"""The ground that is measured on: a broker of the run's own, its process, and how quick the machine is just now."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from commonline.errors import PlatformError
from commonline.local.broker import Broker
from commonline.settings import KafkaSettings

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".commonline" / "bench"
"""What is kept between runs: the peers' environment and their built programs."""
Size = TypeVar("Size")
CACHE = Path(os.environ.get("COMMONLINE_CACHE") or ROOT / ".commonline" / "cache")


@dataclass
class Ground:
    """One broker for everything in a run. `quick`: less of everything, for a first look."""

    quick: bool
    home: Path
    kafka: KafkaSettings
    broker: psutil.Process | None
    """None where the given broker does not run on this machine: its CPU time is then not told."""
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Progress, on stderr."""
        print(f"[{time.monotonic() - self.began:5.0f} s] {text}", file=sys.stderr, flush=True)

    def pick(self, quick: Size, full: Size) -> Size:
        """The size of something in this run."""
        return quick if self.quick else full


def prepare(stack: ExitStack, *, quick: bool) -> Ground:
    """A broker (``COMMONLINE_KAFKA``, else one from packages that ends with `stack`) and a folder.

    Raises `PlatformError` where no broker can be had.
    """
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commonline-bench-")))
    given = KafkaSettings.from_environ()
    if given is not None:
        return Ground(quick, home, given, _java())
    own = Broker(home / "broker", CACHE, profile="throughput")
    stack.callback(own.remove)
    own.start()
    return Ground(quick, home, own.settings, psutil.Process(own.server.pid) if own.server.pid else None)


def _java() -> psutil.Process | None:
    for process in psutil.process_iter(["cmdline"]):
        if "kafka.Kafka" in (process.info["cmdline"] or []):
            return process
    return None


def calibration_ms() -> float:
    """Milliseconds for a million additions, best of three: the same loop takes 20 to 45 on one virtual machine."""
    best = float("inf")
    for _ in range(3):
        began, total = time.perf_counter(), 0
        for number in range(1_000_000):
            total += number & 7
        best = min(best, time.perf_counter() - began)
    return round(best * 1000, 1)


def described() -> dict[str, object]:
    """The machine, for the results file."""
    model = "unknown"
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": sys.version.split()[0],
        "load": [round(one, 2) for one in os.getloadavg()],
    }


def fail(text: str) -> PlatformError:
    """An error of the machine, not of what is measured."""
    return PlatformError(text)
