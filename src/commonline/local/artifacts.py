"""Lock files: which archives the local platform is made of, each with its size and SHA-256.

A lock file is written by ``python -m commonline.local.lock`` and committed. At run time nothing is resolved:
what the lock names is fetched, checked and used, and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

LOCKS = Path(__file__).with_name("lock")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of a Maven repository. `path` is relative to the repository's base, `size` is in bytes."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """File name without folders."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Lock:
    """All files of one product at one version. `product` is ``kafka``, ``apicurio`` or ``greenmail``."""

    product: str
    version: str
    artifacts: tuple[Artifact, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(artifact.size for artifact in self.artifacts)


def load_lock(product: str) -> Lock:
    """Read the committed lock file of `product`."""
    data = json.loads((LOCKS / f"{product}.json").read_text("utf-8"))
    return Lock(data["product"], data["version"], tuple(Artifact(**entry) for entry in data["artifacts"]))


def save_lock(lock: Lock) -> Path:
    """Write `lock` to its place, sorted by path, so that a renewal shows as a readable difference."""
    artifacts = [asdict(artifact) for artifact in sorted(lock.artifacts, key=lambda artifact: artifact.path)]
    data = {"product": lock.product, "version": lock.version, "artifacts": artifacts}
    path = LOCKS / f"{lock.product}.json"
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    return path
