"""Pages that are made from tables are current, and what the tables say of the code is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from commonline.cli.main import COMMANDS
from commonline.errors import EXIT_PLATFORM, EXIT_RESTART, EXIT_STATE, EXIT_USAGE
from commonline.metrics import TABLE as METRICS
from commonline.topics import TABLE as TOPICS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
CODE = [path for folder in ("src", "connectors", "streams", "schemas") for path in (ROOT / folder).rglob("*.py")]
MADE = ("metrics.md", "topics.md", "configuration.md", "errors.md", "openapi.json")


def pages(*arguments: object) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "tools.pages", *map(str, arguments)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_reference_and_board_are_current() -> None:
    done = pages("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run: make pages"


def test_a_stale_page_is_found_and_mended(tmp_path: Path) -> None:
    assert pages("--root", tmp_path).returncode == 0
    assert pages("--check", "--root", tmp_path).returncode == 0
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert made == ["deploy/grafana/dashboards/commonline.json", *(f"docs/reference/{name}" for name in sorted(MADE))]
    (tmp_path / "docs/reference/topics.md").write_text("old")
    done = pages("--check", "--root", tmp_path)
    assert (done.returncode, done.stdout) == (1, "out of date: docs/reference/topics.md\n")


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_told_by_some_process(name: str) -> None:
    told = [path for path in CODE if path.name != "metrics.py" and f'"{name}"' in path.read_text("utf-8")]
    assert told


def test_every_variable_that_the_code_reads_is_documented_and_every_documented_one_is_read() -> None:
    text = "\n".join(path.read_text("utf-8") for path in CODE)
    read = set(re.findall(r"COMMONLINE_[A-Z]+(?:_[A-Z]+)*", text))
    read |= {f"COMMONLINE_{name}" for name in re.findall(r'(?:\{PREFIX\}|_number\(environ, ")([A-Z][A-Z_]+)"', text)}
    read |= {f"COMMONLINE_KAFKA{name}" for name in re.findall(r'["}](_(?:SECURITY|SASL|SSL)_[A-Z_]+)"', text)}
    page = (REFERENCE / "configuration.md").read_text("utf-8")
    documented = set(re.findall(r"COMMONLINE_[A-Z]+(?:_[A-Z]+)*", page))
    files = {f"{name}_FILE" for name in read}
    assert read - documented == set()
    assert documented - read - files == set()


def test_every_topic_and_metric_stands_on_its_page() -> None:
    topics, metrics = ((REFERENCE / name).read_text("utf-8") for name in ("topics.md", "metrics.md"))
    assert [topic.name for topic in TOPICS if f"| `{topic.name}` |" not in topics] == []
    assert [name for name in METRICS if f"| `{name}` |" not in metrics] == []


def test_exit_codes_of_the_page_are_those_of_the_code() -> None:
    listed = set(re.findall(r"^\| (\d+)", (REFERENCE / "errors.md").read_text("utf-8"), re.MULTILINE))
    assert {str(code) for code in (0, 1, EXIT_USAGE, EXIT_PLATFORM, EXIT_RESTART, EXIT_STATE)} <= listed


PROSE = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "connectors").glob("*/README.md")),
]


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head).lower() for head in heads)
    return {re.sub(r"[^\w\- ]", "", head).strip().replace(" ", "-") for head in plain}


@pytest.mark.parametrize("page", PROSE, ids=[path.relative_to(ROOT).as_posix() for path in PROSE])
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_commands_of_the_pages_exist() -> None:
    for page in PROSE:
        for command in re.findall(r"(?:^|`)(?:\$ )?commonline ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
            assert command in COMMANDS, f"{page.name}: commonline {command}"


def test_targets_of_the_pages_exist() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PROSE:
        for target in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE):
            assert target in known, f"{page.name}: make {target}"


def test_the_picture_shows_the_four_feeds_and_fetches_nothing() -> None:
    picture = (ROOT / "docs" / "demo.svg").read_text("utf-8")
    for words in ("Marketing", "Service", "HR", "nothing&#160;lost,&#160;nothing&#160;twice"):
        assert words in picture
    assert "@font-face" not in picture
    assert not re.search(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", picture)
