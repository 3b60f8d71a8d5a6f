"""What is written for the broker and read from logs; ports."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.local import logs, ports
from commonline.local.java import command, java_version
from commonline.local.logs import LogTail
from commonline.local.properties import SETTINGS, broker_properties, broker_values


def read_properties(text: str) -> dict[str, str]:
    """As java.util.Properties reads values: backslash escapes, UTF-16 units as four hexadecimal digits."""

    def plain(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else match[2]

    values = {}
    for line in text.splitlines():
        key, _, value = line.partition("=")
        units = re.sub(r"\\(?:u([0-9a-f]{4})|(.))", plain, value)
        values[key] = units.encode("utf-16", "surrogatepass").decode("utf-16")
    return values


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_folder_name_reaches_java_unchanged(name: str) -> None:
    data = Path("/data") / name.replace("/", "_")
    text = broker_properties(9092, 9093, data)
    assert text.isascii()
    assert read_properties(text)["log.dirs"] == str(data)


def test_every_setting_is_written_and_has_a_reason() -> None:
    values = broker_values(9092, 9093, "/data")
    assert all(values[setting.key] == setting.value and setting.why for setting in SETTINGS)
    assert values["offsets.topic.num.partitions"] == "4"
    assert values["transaction.state.log.num.partitions"] == "4"
    assert values["transaction.abort.timed.out.transaction.cleanup.interval.ms"] == "1000"
    assert values["group.initial.rebalance.delay.ms"] == "0"
    assert int(values["message.max.bytes"]) >= 9 * 1024 * 1024
    assert values["auto.create.topics.enable"] == "false"


def test_listens_on_the_loopback_interface_only() -> None:
    values = broker_values(9092, 9093, "/data")
    assert values["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert values["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"


def test_java_command_and_version() -> None:
    argv = command(["-version"], heap="64m", options=["-Da=b"])
    assert argv[0].endswith("/java")
    assert {"-Xmx64m", "-Da=b", "-XX:TieredStopAtLevel=1"} <= set(argv)
    assert "-XX:TieredStopAtLevel=1" not in command([], heap="64m", profile="throughput")
    assert java_version().startswith("25.")


def test_reason_names_the_telling_line(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "x.log"
    log.parent.mkdir()
    log.write_text("ERROR of yesterday\n")
    tail = LogTail(log)
    with log.open("a") as file:
        file.write("starting\nERROR disk is gone\n\tat some.where(X.java)\nbye\n\n")
    assert tail.text().startswith("starting")
    assert tail.reason() == f"ERROR disk is gone (see {log})"
    assert tail.lines(2) == ["\tat some.where(X.java)", "bye"]


def test_reason_of_silence(tmp_path: Path) -> None:
    assert LogTail(tmp_path / "x.log").reason() == f"it wrote nothing (see {tmp_path / 'x.log'})"


def test_large_logs_are_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 10)
    log = tmp_path / "x.log"
    log.write_text("more than ten bytes")
    tail = LogTail(log)
    assert not log.exists()
    assert (tmp_path / "x.log.1").read_text() == "more than ten bytes"
    log.write_text("new")
    assert tail.text() == "new"


def test_free_ports_are_free_and_no_source_ports() -> None:
    found = {ports.free_port() for _ in range(20)}
    assert len(found) > 15
    assert all(ports.is_free(port) for port in found)
    floor = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if floor.exists():
        assert max(found) < int(floor.read_text().split()[0])


def test_a_port_in_use_is_seen_with_its_holder() -> None:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.answers(port)
        assert re.fullmatch(r" by .+ \(process \d+\)", ports.holder(port))
    assert ports.is_free(port)
    assert not ports.answers(port)
    assert ports.holder(port) == ""
