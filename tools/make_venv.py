"""Make a virtual environment with pip, also where Debian's python3-venv is not installed.

``python3 tools/make_venv.py .venv``. Standard library only. Debian leaves `ensurepip` out of its plain Python; then
the environment is made without pip, and pip's wheel is taken from the package index, checked, and installs itself.
"""

from __future__ import annotations

import configparser
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import venv
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

WHEEL = re.compile(r"pip-(\d+(?:\.\d+)*)-py3-none-any\.whl")
PLACES = ("~/.config/pip/pip.conf", "~/.pip/pip.conf", "/etc/pip.conf", "/etc/xdg/pip/pip.conf")
TIMEOUT_S = 60


def main() -> None:
    """Make the environment that the first argument names, unless it works already."""
    target = Path(sys.argv[1])
    if works(target):
        return
    has_pip = importlib.util.find_spec("ensurepip") is not None
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=has_pip).create(target)
    if not has_pip:
        print("Python's own pip is missing here (Debian: package python3-venv): taking it from the package index")
        install_pip(target / "bin" / "python", index())


def works(target: Path) -> bool:
    """Whether the environment is there, new enough, and has pip."""
    python = target / "bin" / "python"
    ask = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and subprocess.run([python, "-c", ask], capture_output=True, check=False).returncode == 0


def index() -> str:
    """Address of the package index: as pip would find it in its settings, else the one that CPython itself names."""
    given = os.environ.get("PIP_INDEX_URL")
    places = [os.environ["PIP_CONFIG_FILE"]] if "PIP_CONFIG_FILE" in os.environ else list(PLACES)
    for place in places:
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(Path(place).expanduser())
        given = given or parser.get("install", "index-url", fallback=parser.get("global", "index-url", fallback=None))
    return given.rstrip("/") + "/" if given else default_index()


def default_index() -> str:
    """The index named in the standard library (a comment of `unittest.mock` on its backport), so not written here."""
    source = importlib.util.find_spec("unittest.mock")
    text = Path(source.origin).read_text("utf-8") if source and source.origin else ""
    found = re.search(r"https://[^/\s]*pypi[^/\s]*/", text)
    if not found:
        sys.exit("commonline: no pip here, and no package index is set: set PIP_INDEX_URL, or install python3-venv")
    return found.group() + "simple/"


def install_pip(python: Path, address: str) -> None:
    """Fetch pip's newest wheel and let it install itself."""
    page = get(f"{address}pip/", {"Accept": "text/html"}).decode("utf-8", "replace")
    url, sha256 = newest(page, f"{address}pip/")
    wheel = get(url, {})
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"commonline: {url} does not have the SHA-256 that the index names")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / url.rsplit("/", 1)[1]
        file.write_bytes(wheel)
        subprocess.run([python, f"{file}/pip", "install", "--quiet", "--no-index", file], check=True)


class Links(HTMLParser):
    """The links of an index page: address, SHA-256, and the least Python that the file needs."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[str, str, tuple[int, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is not withdrawn and has a hash."""
        values = dict(attrs)
        address, _, sha256 = (values.get("href") or "").partition("#sha256=")
        if tag == "a" and sha256 and "data-yanked" not in values:
            least = re.search(r">=\s*(\d+)\.(\d+)", values.get("data-requires-python") or "")
            self.files.append((address, sha256, tuple(map(int, least.groups())) if least else ()))


def newest(page: str, address: str) -> tuple[str, str]:
    """Address and SHA-256 of the greatest final version for this Python, by number (by name, 9 sorts last).

    The page is HTML as in PEP 503: every index has it, while some mirrors know no JSON (PEP 691).
    """
    links, found = Links(), []
    links.feed(page)
    for href, sha256, least in links.files:
        match = WHEEL.fullmatch(href.rsplit("/", 1)[-1])
        if match and sys.version_info[:2] >= least:
            version = tuple(int(part) for part in match.group(1).split("."))
            found.append((version, urljoin(address, href), sha256))
    if not found:
        sys.exit(f"commonline: {address} lists no wheel of pip for this Python; install python3-venv")
    return max(found)[1:]


def get(url: str, headers: dict[str, str]) -> bytes:
    """The body at `url`; ends the program with one sentence when there is none."""
    try:
        request = urllib.request.Request(url, headers=headers)  # from pip's own settings
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            body: bytes = answer.read()
            return body
    except (urllib.error.URLError, TimeoutError) as error:
        sys.exit(f"commonline: cannot fetch pip from {url}: {error}; check the network, or install python3-venv")


if __name__ == "__main__":
    main()
