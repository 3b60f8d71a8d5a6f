"""A connector under examination: its folder, and what is loaded of it on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from commonline.errors import CommonlineError, ConfigurationError
from commonline.kit import catalogue
from commonline.kit import manifest as manifests
from commonline.kit.catalogue import Connector
from commonline.kit.manifest import Manifest
from commonline.kit.replay import Result
from commonline.schemas.records import Activity
from commonline.testing.conformance.fixture import Fixture, fixtures


class UnusableError(CommonlineError):
    """A part that a rule needs is not there or broken; the rule whose business that part is reports it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A fixture and what it becomes."""

    fixture: Fixture
    results: list[Result]

    @property
    def activities(self) -> list[Activity]:
        """All activities of all entries."""
        return [activity for result in self.results for activity in result.activities]


class Subject:
    """A connector's folder. Everything else is loaded when a rule asks for it, and raises `UnusableError` if
    it
    cannot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    def relative(self, path: Path) -> str:
        """A path below the folder, as findings show it."""
        return path.relative_to(self.folder).as_posix()

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, if it is valid."""
        try:
            return manifests.load(self.folder)
        except ConfigurationError as error:
            raise UnusableError(str(error)) from error

    @cached_property
    def connector(self) -> Connector:
        """The connector, its code imported."""
        facts = self.manifest
        try:
            return catalogue.connector(facts.name)
        except Exception as error:
            raise UnusableError(f"{type(error).__name__}: {error}") from error

    @cached_property
    def fixtures(self) -> list[Fixture]:
        """The fixtures, sorted by name."""
        return fixtures(self.folder)

    def run(self, fixture: Fixture) -> Run:
        """Map a fixture. Raises `UnusableError` if it has no usable meta file, or if finishing its
        drafts fails."""
        try:
            trial = fixture.trial(self.connector)
            return Run(fixture, trial.run(fixture.delivery(trial)))
        except UnusableError:
            raise
        except Exception as error:
            raise UnusableError(f"{type(error).__name__}: {error}") from error

    @cached_property
    def runs(self) -> list[Run]:
        """All fixtures that can be run; the rule ``goldens`` reports the others."""
        found = []
        for fixture in self.fixtures:
            try:
                found.append(self.run(fixture))
            except UnusableError:
                self.connector  # noqa: B018 - raises if it is the connector that cannot be used
        return found

    def activities(self) -> Iterator[tuple[Fixture, Activity]]:
        """Every activity of every fixture."""
        for run in self.runs:
            for activity in run.activities:
                yield run.fixture, activity
