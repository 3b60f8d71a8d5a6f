"""docs/connectors/receiving.md names every reason that the code has, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KIT = ROOT / "src" / "commonline" / "kit"
PLACES = [
    *sorted((KIT / "ingress").glob("*.py")),
    *(KIT / f"{n}.py" for n in ("signature", "authenticate", "handshake")),
]
SAID = re.compile(
    r'(?:AuthenticationError\(|unavailable\(|count_refused\([^,()]*, |reason = (?:[\w.]+, )?)"([a-z-]+)"'
    r'|HTTPStatus\.[A-Z_]+, "([a-z-]+)"'
    r'| else "([a-z-]+)"\)'
)


def test_every_reason_is_documented() -> None:
    code = {word for place in PLACES for found in SAID.findall(place.read_text()) for word in found if word}
    table = (ROOT / "docs" / "connectors" / "receiving.md").read_text().partition("503 comes with")[0]
    documented = set(re.findall(r"^\| [0-9–]+ \| `([a-z-]+)` \|", table, re.MULTILINE))
    assert code == documented
