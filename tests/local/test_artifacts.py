"""The committed lock files."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonline.local import artifacts
from commonline.local.artifacts import Artifact, Lock, load_lock, save_lock
from commonline.local.lock import RECIPES, Extra


@pytest.mark.parametrize("product", sorted(RECIPES))
def test_lock_files_are_complete_and_current(product: str) -> None:
    lock = load_lock(product)
    recipe = RECIPES[product]
    assert lock.version == recipe.version
    paths = [artifact.path for artifact in lock.artifacts]
    assert paths == sorted(set(paths))
    assert {extra.path for extra in recipe.extras} <= set(paths)
    for artifact in lock.artifacts:
        assert len(artifact.sha256) == 64
        assert artifact.size > 0
        assert "://" not in artifact.path


def test_kafka_comes_with_its_clients_of_the_same_version_and_a_logger() -> None:
    names = {artifact.name for artifact in load_lock("kafka").artifacts}
    version = load_lock("kafka").version
    assert {f"kafka_2.13-{version}.jar", f"kafka-clients-{version}.jar"} <= names
    assert any(name.startswith("log4j-slf4j-impl-") for name in names)


def test_save_and_load_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "LOCKS", tmp_path)
    lock = Lock("x", "1", (Artifact("b/b.jar", 2, "b" * 64), Artifact("a/a.jar", 1, "a" * 64)))
    save_lock(lock)
    assert load_lock("x") == Lock("x", "1", (lock.artifacts[1], lock.artifacts[0]))
    assert load_lock("x").size == 3


def test_path_of_a_file_with_a_classifier() -> None:
    extra = Extra("io.apicurio", "app", "1.2", "all", "tar.gz")
    assert extra.path == "io/apicurio/app/1.2/app-1.2-all.tar.gz"
