"""Topics of an installation: created from the table, and refused where a cluster has them otherwise.

kafka-python's admin client asks and tells the cluster; nothing of an existing topic is ever altered here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError, for_code

from commonline import topics as table
from commonline.errors import ConfigurationError, PlatformError
from commonline.settings import KafkaSettings
from commonline.topics import FEED, LAPTOP_PARTITIONS, PRODUCTION_PARTITIONS, Topic, Topics

logging.getLogger("kafka").setLevel(logging.WARNING)  # it tells every connection that opens or closes
REPLICAS = 3
BOOTSTRAP_MS = 10_000
LONGEST_NAME = 249
UNKNOWN_TOPIC = 3
TOPIC_EXISTS = 36
Feeds = Iterable[tuple[str, str]]
"""Pairs (workspace, department)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the cluster says of itself."""

    id: str
    brokers: int

    @property
    def replicas(self) -> int:
        """Copies of each record that this cluster can keep for us."""
        return REPLICAS if self.brokers >= REPLICAS else 1

    @property
    def default_partitions(self) -> int:
        """Partitions where nothing else is said."""
        return LAPTOP_PARTITIONS if self.brokers == 1 else PRODUCTION_PARTITIONS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as this installation needs it."""

    name: str
    topic: Topic
    partitions: int
    replicas: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as the cluster has it. `configs` are those in force, defaults included."""

    name: str
    partitions: int
    replicas: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """A topic that differs. ``refuse``: nothing may run on it; ``note``: an operator's choice, which is told."""

    topic: str
    weight: Literal["refuse", "note"]
    what: str
    fix: str

    def __str__(self) -> str:
        return f"topic {self.topic}: {self.what}; {self.fix}"


def wanted(names: Topics, cluster: Cluster, partitions: int, feeds: Feeds = ()) -> list[Wanted]:
    """Every topic of the table, and one feed a pair. `partitions` is the count of the installation."""
    replicas = cluster.replicas
    made = [_wanted(names.name(topic), topic, partitions, replicas) for topic in table.TABLE if topic.name != FEED.name]
    return made + [_wanted(names.feed(*pair), FEED, partitions, replicas) for pair in sorted(set(feeds))]


def _wanted(name: str, topic: Topic, partitions: int, replicas: int) -> Wanted:
    if len(name) > LONGEST_NAME:
        raise ConfigurationError(
            f"topic {name}: is longer than {LONGEST_NAME} characters; shorten the prefix, workspace or department"
        )
    configs = topic.configs(durable_flush=replicas < REPLICAS)
    if replicas >= REPLICAS:
        configs["min.insync.replicas"] = "2"
    return Wanted(name, topic, table.partitions(topic, partitions), replicas, configs)


def faults(want: Wanted, have: Existing | None) -> list[Fault]:
    """How a topic differs from what is needed. Pure."""
    if have is None:
        return [Fault(want.name, "refuse", "does not exist", "create it with: commonline topics create")]
    found: list[Fault] = []
    if have.partitions != want.partitions:
        found.append(
            Fault(
                want.name,
                "refuse",
                f"has {have.partitions} partitions, needs {want.partitions}",
                "the count is fixed from the first day: a workspace's records would lie in two partitions. "
                "Set COMMONLINE_PARTITIONS to the count of activities.v1, or begin with another --prefix",
            )
        )
    for key, value in want.configs.items():
        fault = _config_fault(want, key, value, have.configs.get(key))
        if fault is not None:
            found.append(fault)
    return found


def _config_fault(want: Wanted, key: str, value: str, have: str | None) -> Fault | None:
    fix = f"kafka-configs.sh --alter --entity-type topics --entity-name {want.name} --add-config {key}={value}"
    if have is None or have == value:
        return None
    what = f"{key} is {have}, should be {value}"
    if key == "max.message.bytes":
        if int(have) >= int(value):
            return None
        return Fault(want.name, "refuse", f"{what}: larger records would stop the stage that writes them", fix)
    if key == "cleanup.policy" and set(have.split(",")) != set(value.split(",")):
        return Fault(want.name, "refuse", f"{what}: records that are still needed would be deleted", fix)
    if key == "retention.ms" and (have == "-1" or int(have) >= int(value)):
        return None
    return Fault(want.name, "note", what, fix)


@dataclass(frozen=True, slots=True)
class Owner:
    """A member of a group: its instance id, else its member id, and where it runs."""

    name: str
    host: str


class Administration:
    """A connection to the cluster for a few questions. Use as a context manager.

    Every method raises `PlatformError` in one sentence when the cluster does not answer or refuses.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        with self._told():
            self._client: Any = KafkaAdminClient(
                **kafka.kafka_python(), client_id="commonline-admin", bootstrap_timeout_ms=BOOTSTRAP_MS
            )

    def __enter__(self) -> Administration:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise PlatformError(
                f"Kafka at {self._kafka.bootstrap} does not answer as it should: {_sentence(error)}"
            ) from error

    def cluster(self) -> Cluster:
        """Id and size of the cluster."""
        with self._told():
            told = self._client.describe_cluster()
        return Cluster(told["cluster_id"], len(told["brokers"]))

    def names(self) -> list[str]:
        """All topics of the cluster, sorted."""
        with self._told():
            return sorted(self._client.list_topics())

    def existing(self, names: Iterable[str]) -> dict[str, Existing]:
        """Those of `names` that exist."""
        asked = sorted(set(names))
        if not asked:
            return {}
        with self._told():
            told = self._client.describe_topics(asked)
            there = {one["name"]: one["partitions"] for one in told if one["error_code"] == 0}
            for one in told:
                if one["error_code"] not in {0, UNKNOWN_TOPIC}:
                    raise for_code(one["error_code"])(one["name"])
            configs = self._configs(list(there))
        return {
            name: Existing(name, len(parts), min(len(part["replica_nodes"]) for part in parts), configs.get(name, {}))
            for name, parts in there.items()
        }

    def _configs(self, names: list[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource("TOPIC", name) for name in names]
        told = self._client.describe_configs(resources, config_filter="all").get("topic", {})
        return {name: {key: one["value"] for key, one in values.items()} for name, values in told.items()}

    def partitions(self, names: Topics, given: int | None, cluster: Cluster) -> int:
        """The partition count of this installation: that of activities.v1 once it exists.

        Raises `ConfigurationError` when another is given.
        """
        name = names.name(table.ACTIVITIES)
        have = self.existing([name]).get(name)
        if have is None:
            return given or cluster.default_partitions
        if given is not None and given != have.partitions:
            raise ConfigurationError(
                f"COMMONLINE_PARTITIONS: is {given}, but topic {name} has {have.partitions} partitions, and the "
                f"count is fixed from the first day; set it to {have.partitions}, or begin with another --prefix"
            )
        return have.partitions

    def create(self, topics: Iterable[Wanted]) -> list[str]:
        """Create those that do not exist and wait until they can be used. Returns their names."""
        missing = {one.name: one for one in topics}
        for name in self.existing(missing):
            del missing[name]
        if not missing:
            return []
        specs = {
            one.name: {
                "num_partitions": one.partitions,
                "replication_factor": one.replicas,
                "configs": dict(one.configs),
            }
            for one in missing.values()
        }
        with self._told():
            told = self._client.create_topics(specs, raise_errors=False)
            for one in told["topics"]:
                if one["error_code"] not in {0, TOPIC_EXISTS}:
                    reason = one["error_message"] or for_code(one["error_code"]).__name__
                    raise PlatformError(f"topic {one['name']} cannot be created: {reason}")
            self._client.wait_for_topics(list(specs))
        return sorted(specs)

    def owners(self, group: str, topic: str) -> dict[int, Owner]:
        """Who of a group works on which partition of a topic; empty where the group has no member."""
        # By this client: librdkafka's may end the process where the coordinator has just moved (its issue 5040).
        with self._told():
            told = self._client.describe_groups([group])[group]
        found = {}
        for member in told["members"]:
            who = Owner(member.get("group_instance_id") or member["member_id"], member["client_host"])
            assigned = member["member_assignment"] or {"assigned_partitions": []}
            for place in assigned["assigned_partitions"]:
                if place["topic"] == topic:
                    found.update(dict.fromkeys(place["partitions"], who))
        return found

    def check(self, topics: Iterable[Wanted]) -> list[Fault]:
        """All faults of all topics, in order."""
        want = list(topics)
        have = self.existing(one.name for one in want)
        return [fault for one in want for fault in faults(one, have.get(one.name))]


def ensure(kafka: KafkaSettings, names: Topics, *, partitions: int | None = None, feeds: Feeds = ()) -> int:
    """Create what is missing, refuse what differs; returns the partition count of the installation.

    Raises `ConfigurationError` with one line a fault, `PlatformError` when the cluster does not answer.
    """
    with Administration(kafka) as admin:
        cluster = admin.cluster()
        count = admin.partitions(names, partitions, cluster)
        want = wanted(names, cluster, count, feeds)
        admin.create(want)
        refuse(admin.check(want))
    return count


def refuse(found: Iterable[Fault]) -> None:
    """Raises `ConfigurationError` if any fault forbids to go on."""
    heavy = [str(fault) for fault in found if fault.weight == "refuse"]
    if heavy:
        raise ConfigurationError("\n".join(heavy))


def _sentence(error: KafkaError) -> str:
    return str(error) or type(error).__name__
