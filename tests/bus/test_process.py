"""What a process is told by its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonline.bus.process import ProcessSettings, schema_ids
from commonline.errors import ConfigurationError
from commonline.settings import KafkaSettings

KAFKA = KafkaSettings(bootstrap="127.0.0.1:9092")


def settings(**environ: str) -> ProcessSettings:
    return ProcessSettings.from_environ(KAFKA, Path("home"), environ)


def test_nothing_said() -> None:
    made = settings()
    assert (made.prefix, made.slot, made.metrics_host, made.metrics_port) == ("", "0", "127.0.0.1", 0)
    assert made.partitions is None
    assert made.ids.id_of("Activity") == schema_ids({}).id_of("Activity")


def test_everything_said() -> None:
    made = settings(
        COMMONLINE_PREFIX="a-",
        COMMONLINE_INSTANCE="2",
        COMMONLINE_METRICS="[::1]:9182",
        COMMONLINE_PARTITIONS="32",
        COMMONLINE_BATCH_RECORDS="10",
        COMMONLINE_SESSION_MS="10000",
    )
    assert (made.prefix, made.slot, made.metrics_host, made.metrics_port) == ("a-", "2", "::1", 9182)
    assert (made.partitions, made.batch_records, made.session_ms) == (32, 10, 10_000)
    assert made.topics.identifier("normalize") == "a-commonline-normalize"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("COMMONLINE_PREFIX", "a b"),
        ("COMMONLINE_INSTANCE", "../other"),
        ("COMMONLINE_METRICS", "9182"),
        ("COMMONLINE_METRICS", "127.0.0.1:99999"),
        ("COMMONLINE_PARTITIONS", "0"),
        ("COMMONLINE_PARTITIONS", "many"),
        ("COMMONLINE_BATCH_RECORDS", "-1"),
        ("COMMONLINE_SESSION_MS", "٦٠٠٠"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=key):
        settings(**{key: value})
