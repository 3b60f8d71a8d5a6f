"""Puts the configuration file into force: topics, partitions of workspaces, configuration records in the log.

Departments, rules and policies are inputs of unify like activities are (protocol F6): they enter each workspace's order
as a control record. One that equals the last is not written again; writing it again would change nothing.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import msgspec

from commonline import topics as table
from commonline.bus import admin, partitions
from commonline.bus.partitions import Row
from commonline.bus.process import ProcessSettings
from commonline.bus.writer import Writer
from commonline.clock import now_us
from commonline.configuration.durations import seconds
from commonline.configuration.model import Configuration
from commonline.ids import uuid5
from commonline.schemas import cloudevents
from commonline.schemas.records import Control, ControlKind
from commonline.schemas.serde import Serde
from commonline.secrets import installation_key, key_id
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec, UnifyConfiguration

log = logging.getLogger(__name__)
US = 1_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """What is in force: the number of partitions, each workspace's partition, and whose configuration was written."""

    count: int
    partitions: dict[str, int]
    changed: list[str]


def unify_configuration(configuration: Configuration, workspace: str, key: str) -> UnifyConfiguration:
    """What decides about a workspace's feeds. `key` names the installation's key (`key_id`). Pure."""
    own = configuration.workspaces[workspace]
    return UnifyConfiguration(
        departments={
            name: DepartmentSpec(
                clearance=department.clearance,
                rules=[RuleSpec(**rule.model_dump()) for rule in department.rules],
                policy=PolicySpec(**department.policy.model_dump()),
            )
            for name, department in configuration.departments_of(workspace).items()
        },
        join_window_us=seconds(own.join_window) * US,
        region=own.region,
        key_id=key,
    )


def canonical(body: UnifyConfiguration) -> str:
    """The one text of a configuration: JSON with sorted keys."""
    return msgspec.json.encode(body, order="sorted").decode()


def control(workspace: str, kind: ControlKind, body: str, at: int, by: str | None = None) -> Control:
    """A control record. `at` in microseconds; `by` is the account of the person who ruled."""
    identifier = uuid5(workspace, kind, body) if by is None else uuid5(workspace, kind, body, by, str(at))
    return Control(id=identifier, workspace=workspace, kind=kind, at=at, by=by, body=body)


def send_control(writer: Writer, settings: ProcessSettings, record: Control, partition: int) -> None:
    """Hand a control record to `writer`, for the partition that its workspace lies in."""
    headers = cloudevents.headers(
        cloudevents.control(record.kind),
        record.id,
        workspace=record.workspace,
        source="",
        time_us=record.at,
        partition_key=record.workspace,
    )
    writer.write(
        settings.topics.name(table.ACTIVITIES),
        Serde(settings.ids).encode(record),
        f"control/{record.workspace}".encode(),
        partition=partition,
        headers=headers,
        timestamp_ms=record.at // 1000,
    )


def publish(configuration: Configuration, settings: ProcessSettings, clock: Callable[[], int] = now_us) -> Published:
    """Bring Kafka to what the file says; safe to do at every start and reload.

    Raises `ConfigurationError` where file and cluster do not fit, `PlatformError` when Kafka does not answer.
    """
    names = settings.topics
    feeds = _feeds(configuration)
    count = admin.ensure(settings.kafka, names, partitions=settings.partitions, feeds=feeds)
    rows = partitions.read(settings.kafka, names, settings.ids)
    wanted = {name: workspace.partition for name, workspace in configuration.workspaces.items()}
    missing = partitions.settle(wanted, rows, count, clock)
    if missing:
        _write_rows(settings, missing)
        for row in missing:
            log.info("workspace %s lies in partition %d", row.workspace, row.partition)
        rows = partitions.read(settings.kafka, names, settings.ids)
        partitions.settle(wanted, rows, count, clock)
    key = key_id(installation_key(settings.home))
    changed = _write_configurations(configuration, settings, rows, key, clock)
    return Published(count, {name: row.partition for name, row in rows.items()}, changed)


def _feeds(configuration: Configuration) -> list[tuple[str, str]]:
    return [(name, one) for name in configuration.workspaces for one in configuration.departments_of(name)]


def _write_rows(settings: ProcessSettings, rows: Iterable[Row]) -> None:
    writer = Writer(settings.kafka, client_id="commonline-publish")
    for row in rows:
        topic, key, value, headers = partitions.record(row, settings.topics, settings.ids)
        writer.write(topic, value, key, headers=headers, timestamp_ms=row.since // 1000)
    writer.flush()


def _write_configurations(
    configuration: Configuration,
    settings: ProcessSettings,
    rows: dict[str, Row],
    key: str,
    clock: Callable[[], int],
) -> list[str]:
    """First the record, acknowledged, then the digest in the workspace's row: a crash between repeats the record."""
    fresh: dict[str, Row] = {}
    writer = Writer(settings.kafka, client_id="commonline-publish")
    for workspace in configuration.workspaces:
        body = canonical(unify_configuration(configuration, workspace, key))
        digest = hashlib.sha256(body.encode()).hexdigest()
        row = rows[workspace]
        if row.digest == digest:
            continue
        send_control(writer, settings, control(workspace, "configuration", body, clock()), row.partition)
        fresh[workspace] = replace(row, digest=digest)
    if fresh:
        writer.flush()
        _write_rows(settings, fresh.values())
        log.info("configuration published for: %s", ", ".join(fresh))
    return list(fresh)
