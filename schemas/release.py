"""``python -m commonline.schemas.release``: keep the present schemas as released versions with ids.

Run it when a changed schema is about to be used outside one's own machine; commit what it writes. It refuses
changes that the gate (``compatibility``) refuses. Nothing that was released is ever written again.
"""

from __future__ import annotations

import hashlib
import json
import sys

from commonline.schemas.catalogue import RECORDS, schema_of
from commonline.schemas.compatibility import problems
from commonline.schemas.released import BASE, FOLDER, INDEX, Released, is_current, latest, released


def refused() -> list[str]:
    """What the gate says about the present schemas against all released ones."""
    return [
        f"against {version.path.name}: {problem}"
        for version in released()
        if version.record in RECORDS
        for problem in problems(version.schema, schema_of(version.record))
    ]


def content(record: str) -> str:
    """Text of the released file for the present schema."""
    return json.dumps(schema_of(record), ensure_ascii=False, indent=1) + "\n"


def changed() -> list[str]:
    """Records whose present schema is not the newest released version."""
    versions = {record: latest(record) for record in RECORDS}
    return [record for record, version in versions.items() if version is None or not is_current(version)]


def release() -> list[Released]:
    """Write the new versions; the list of them."""
    known = list(released())
    made: list[Released] = []
    for record in changed():
        before = latest(record)
        text = content(record)
        version = Released(
            id=BASE + len(known) + len(made) + 1,
            record=record,
            revision=before.revision + 1 if before else 1,
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        )
        FOLDER.mkdir(parents=True, exist_ok=True)
        version.path.write_text(text, encoding="utf-8")
        made.append(version)
    entries = [
        {"id": v.id, "record": v.record, "revision": v.revision, "fingerprint": v.fingerprint} for v in [*known, *made]
    ]
    INDEX.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    return made


def main() -> int:
    """0: released, or nothing to do; 1: refused."""
    faults = refused()
    if faults:
        sys.stderr.write("refused:\n" + "".join(f"  {fault}\n" for fault in faults))
        return 1
    for version in release():
        sys.stdout.write(f"released {version.record} revision {version.revision} as id {version.id:#x}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
