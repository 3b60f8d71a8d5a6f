"""``commonline demo`` in a terminal, as a person watches it; then its console, every page of it in a real browser.

With ``PICTURES=folder`` the pictures that the README shows are written there (``make picture``).
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from commonline.testing.plugin import cache_folder

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
LONGEST_S = 300
PAGES = {"conversations", "conversation", "side-by-side", "person", "command-centre", "operations", "dead-letter"}
ADDRESS = re.compile(rb"The console:.{0,40}?(http://127\.0\.0\.1:\d+)", re.DOTALL)


class Terminal:
    """A program in a terminal, and what it has written."""

    def __init__(self, argv: list[str], environ: dict[str, str]) -> None:
        ours, theirs = pty.openpty()
        self.written = b""
        self._ours = ours
        self.process = subprocess.Popen(
            argv, env=environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                some = os.read(self._ours, 65536)
            except OSError:  # the program has ended, and with it the terminal
                return
            if not some:
                return
            self.written += some

    def wait_for(self, pattern: re.Pattern[bytes], seconds: float) -> str:
        """What the pattern's group matches in what is written."""
        until = time.monotonic() + seconds
        while (found := pattern.search(self.written)) is None:
            assert time.monotonic() < until, self.written[-4000:].decode("utf-8", "replace")
            assert self.process.poll() is None, self.written[-4000:].decode("utf-8", "replace")
            time.sleep(0.1)
        return found[1].decode()

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()
            self._reader.join(10)
            os.close(self._ours)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium (Debian: apt-get install chromium)")
def test_the_day_in_the_console(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    pictures = Path(os.environ.get("PICTURES") or tmp_path / "pictures").absolute()
    pictures.mkdir(parents=True, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMMONLINE_")}
    ours = {"COMMONLINE_CACHE": str(cache_folder(pytestconfig)), "COMMONLINE_HOME": str(tmp_path / "line")}
    terminal = Terminal(
        [sys.executable, "-m", "commonline", "demo"],
        kept | ours | {"DOCKER_HOST": f"unix://{tmp_path}/none.sock", "TERM": "xterm", "COLUMNS": "160", "LINES": "50"},
    )
    try:
        console = terminal.wait_for(ADDRESS, LONGEST_S)
        argv = [sys.executable, "-m", "tests.console.visit", console, str(pictures)]
        seen = subprocess.run(argv, cwd=ROOT, timeout=LONGEST_S, capture_output=True, text=True, check=False)
    finally:
        code = terminal.end()
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert code == 0
    assert {path.stem for path in pictures.glob("*.png")} >= PAGES
