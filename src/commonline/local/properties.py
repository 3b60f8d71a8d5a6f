"""What we set on our own broker, and why. `commonline doctor` prints this table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from commonline.local.ports import HOST

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """A broker setting that differs from Kafka's default (kafka.apache.org/documentation/#brokerconfigs)."""

    key: str
    value: str
    why: str


_ONE_NODE = "one broker holds everything"
_INTERNAL = "internal topics of a single user: fewer partitions, quicker start"
_CLEANER = "compacted topics are cleaned within seconds, in little memory"
SETTINGS = (
    Setting("process.roles", "broker,controller", _ONE_NODE),
    Setting("node.id", "1", _ONE_NODE),
    Setting("controller.listener.names", "CONTROLLER", _ONE_NODE),
    Setting("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", "loopback only"),
    Setting("offsets.topic.replication.factor", "1", _ONE_NODE),
    Setting("offsets.topic.num.partitions", "4", _INTERNAL),
    Setting("transaction.state.log.replication.factor", "1", _ONE_NODE),
    Setting("transaction.state.log.min.isr", "1", _ONE_NODE),
    Setting("transaction.state.log.num.partitions", "4", _INTERNAL),
    Setting("share.coordinator.state.topic.replication.factor", "1", _ONE_NODE),
    Setting("share.coordinator.state.topic.min.isr", "1", _ONE_NODE),
    Setting("share.coordinator.state.topic.num.partitions", "4", _INTERNAL),
    Setting(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        "1000",
        "a transaction that a killed worker left open holds readers up for its time-out + 1 s, not + 10 s",
    ),
    Setting("group.initial.rebalance.delay.ms", "0", "a first consumer starts at once"),
    Setting("group.min.session.timeout.ms", "1000", "tests may use short sessions"),
    Setting("auto.create.topics.enable", "false", "topics come from the topics table, a typing error is an error"),
    Setting("message.max.bytes", str(10 * MIB), "deliveries of 8 MiB in their envelope; topics carry lower limits"),
    Setting("broker.session.timeout.ms", "3000", "a killed broker comes back in 3 s instead of 13 s"),
    Setting(
        "broker.heartbeat.interval.ms",
        "500",
        "six heartbeats a session: a short stall does not fence the broker",
    ),
    Setting("log.cleaner.backoff.ms", "1000", _CLEANER),
    Setting("log.cleaner.dedupe.buffer.size", str(16 * MIB), _CLEANER),
    Setting("log.segment.bytes", str(64 * MIB), _CLEANER),
    Setting("log.index.size.max.bytes", str(MIB), "enough for a segment of 64 MiB"),
    Setting("log.segment.delete.delay.ms", "1000", "deleted topics give their space back at once"),
    Setting("num.network.threads", "2", "a laptop"),
    Setting("num.io.threads", "4", "a laptop"),
)


def broker_values(
    port: int, controller_port: int, data: str, *, bind: str = HOST, advertised: str = HOST
) -> dict[str, str]:
    """All settings of a broker that listens on `bind`:`port` and sends clients to `advertised`:`port`."""
    return {setting.key: setting.value for setting in SETTINGS} | {
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{bind}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{advertised}:{port}",
        "log.dirs": data,
    }


def broker_properties(port: int, controller_port: int, data: Path) -> str:
    """The text of ``server.properties`` for a broker on `port` of the loopback interface, log in `data`."""
    values = broker_values(port, controller_port, str(data))
    return "".join(f"{key}={_escape(value)}\n" for key, value in values.items())


def _escape(value: str) -> str:
    r"""Java reads properties as Latin-1, with ``\uXXXX`` for the rest (java.util.Properties)."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    pairs = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in pairs)
