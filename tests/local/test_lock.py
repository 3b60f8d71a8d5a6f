"""Renewing the lock, against a repository on the loopback interface: jgo resolves for real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local.repository import Repository, serve

from commonline.errors import PlatformError
from commonline.local import artifacts, lock
from commonline.local.artifacts import load_lock
from commonline.local.lock import Extra, Recipe, graph_paths, main, renew

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>{name}</artifactId><version>1.0</version>
<dependencies>{dependencies}</dependencies></project>"""
NEEDS = """<dependency><groupId>org.example</groupId><artifactId>{name}</artifactId><version>1.0</version>
<scope>{scope}</scope></dependency>"""


@pytest.fixture
def repository() -> Iterator[Repository]:
    with serve() as repository:
        add(repository, "root", NEEDS.format(name="part", scope="runtime") + NEEDS.format(name="tests", scope="test"))
        add(repository, "part", "")
        add(repository, "tests", "")
        add(repository, "logger", "")
        yield repository


def add(repository: Repository, name: str, dependencies: str) -> None:
    place = f"org/example/{name}/1.0/{name}-1.0"
    for suffix, body in (("pom", POM.format(name=name, dependencies=dependencies).encode()), ("jar", name.encode())):
        repository.files[f"{place}.{suffix}"] = body
        sha1 = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        repository.files[f"{place}.{suffix}.sha1"] = sha1.encode()


def test_the_graph_holds_what_runs_and_no_tests(repository: Repository) -> None:
    paths = graph_paths("org.example:root:1.0", repository.base)
    assert sorted(paths) == ["org/example/part/1.0/part-1.0.jar", "org/example/root/1.0/root-1.0.jar"]


def test_a_renewed_lock_is_written_with_hashes(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = Extra("org.example", "logger", "1.0")
    monkeypatch.setattr(lock, "RECIPES", {"thing": Recipe("1.0", "org.example:root:1.0", (extra,))})
    monkeypatch.setattr(artifacts, "LOCKS", tmp_path)
    monkeypatch.setenv("COMMONLINE_MAVEN", repository.base)
    main(["thing"])
    written = load_lock("thing")
    assert [one.name for one in written.artifacts] == ["logger-1.0.jar", "part-1.0.jar", "root-1.0.jar"]
    assert written.artifacts[0].sha256 == hashlib.sha256(b"logger").hexdigest()
    assert written.artifacts[0].size == len("logger")


def test_bytes_that_the_repository_itself_disowns_are_not_locked(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = Extra("org.example", "logger", "1.0")
    monkeypatch.setattr(lock, "RECIPES", {"thing": Recipe("1.0", None, (extra,))})
    repository.files[extra.path] = b"something else"
    with pytest.raises(PlatformError, match="SHA-1"):
        renew("thing", repository.base)
