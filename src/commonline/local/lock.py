"""For developers: renew the lock files with ``python -m commonline.local.lock [kafka|apicurio|greenmail …]``.

jgo walks the POM graph here and nowhere else. It is used below its own front door (`MavenContext` with
`PythonResolver`), because `jgo.build` would also look for a Java runtime on the network, and for one
coordinate only, because a second one would act as a bill of materials and change the versions of the first.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx

from commonline.errors import PlatformError
from commonline.local.artifacts import Artifact, Lock, save_lock
from commonline.local.maven import base_address


@dataclass(frozen=True)
class Extra:
    """A single file beside or instead of a graph."""

    group: str
    name: str
    version: str
    classifier: str = ""
    packaging: str = "jar"

    @property
    def path(self) -> str:
        """Place in a Maven repository."""
        tail = f"-{self.classifier}" if self.classifier else ""
        folder = f"{self.group.replace('.', '/')}/{self.name}/{self.version}"
        return f"{folder}/{self.name}-{self.version}{tail}.{self.packaging}"


@dataclass(frozen=True)
class Recipe:
    """What a product consists of: a graph below one coordinate, single files, or both."""

    version: str
    graph: str | None
    extras: tuple[Extra, ...]


RECIPES = {
    # Kafka's graph holds no SLF4J provider: without one the broker logs nothing. It speaks SLF4J 1.7.
    "kafka": Recipe(
        "4.3.1",
        "org.apache.kafka:kafka_2.13:4.3.1",
        (Extra("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4"),),
    ),
    "apicurio": Recipe("3.3.3", None, (Extra("io.apicurio", "apicurio-registry-app", "3.3.3", "all", "tar.gz"),)),
    "greenmail": Recipe("2.1.13", None, (Extra("com.icegreen", "greenmail-standalone", "2.1.13"),)),
}


def renew(product: str, base: str) -> Lock:
    """Resolve `product`, fetch each file, check it against the repository's SHA-1, and lock its SHA-256."""
    recipe = RECIPES[product]
    paths = [extra.path for extra in recipe.extras]
    if recipe.graph:
        paths += graph_paths(recipe.graph, base)
    with httpx.Client(base_url=base, follow_redirects=True, timeout=60) as client:
        return Lock(product, recipe.version, tuple(_measure(client, path) for path in paths))


def graph_paths(coordinate: str, base: str) -> list[str]:
    """Repository paths of `coordinate` and of all that it needs at run time."""
    from jgo.maven import MavenContext, PythonResolver
    from jgo.parse import Coordinate

    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        context = MavenContext(repo_cache=cache, timeout=60, remote_repos={"central": base}, resolver=PythonResolver())
        root = context.create_dependency(Coordinate.parse(coordinate))
        inputs, transitive = context.resolver.resolve([root])
        wanted = [d for d in [*inputs, *transitive] if d.scope in (None, "compile", "runtime")]
        return [Path(d.artifact.resolve()).relative_to(cache).as_posix() for d in wanted]


def _measure(client: httpx.Client, path: str) -> Artifact:
    body = client.get(path).raise_for_status().content
    published = client.get(f"{path}.sha1").raise_for_status().text.split()[0]
    found = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    if found != published:
        raise PlatformError(f"{path}: SHA-1 is {found}, the repository says {published}")
    return Artifact(path, len(body), hashlib.sha256(body).hexdigest())


def main(products: list[str]) -> None:
    """Renew the named products, or all."""
    base = base_address()
    for product in products or sorted(RECIPES):
        lock = renew(product, base)
        sys.stdout.write(f"{save_lock(lock)}: {lock.version}, {len(lock.artifacts)} files, {lock.size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
