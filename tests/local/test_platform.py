"""Which broker is used, and what is said when there is none. Nothing is started here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from commonline import local
from commonline.errors import PlatformError
from commonline.local import broker as broker_module
from commonline.local import platform, ports
from commonline.local.broker import Broker, _cluster_id
from commonline.local.home import Home
from commonline.local.platform import Choice, Platform, connect, resolve, running
from commonline.local.registry import Registry
from commonline.local.server import end_stale
from commonline.local.services import METRICS_PORTS, services
from commonline.settings import KafkaSettings

GIVEN = {"COMMONLINE_KAFKA": "127.0.0.1:9"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", tmp_path / "cache")


def test_given_broker_comes_first() -> None:
    assert resolve(environ=GIVEN) == Choice(
        "given", "COMMONLINE_KAFKA is 127.0.0.1:9", KafkaSettings(bootstrap="127.0.0.1:9")
    )


def test_packages_are_the_rule() -> None:
    assert resolve(environ={}).kind == "packages"


def test_docker_only_where_its_engine_answers(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="no Docker engine answers"):
        resolve(docker=True, environ={"DOCKER_HOST": f"unix://{tmp_path / 'no.sock'}"})


def test_given_and_docker_contradict() -> None:
    with pytest.raises(PlatformError, match="keep one"):
        resolve(docker=True, environ=GIVEN)


def test_commands_find_the_given_broker_then_the_running_one(home: Home) -> None:
    assert connect(home, GIVEN).bootstrap == "127.0.0.1:9"
    with pytest.raises(PlatformError, match=r"nothing runs for .*commonline up"):
        connect(home, {})
    with home.claim():
        home.describe({"bootstrap": "127.0.0.1:9092"})
        assert connect(home, {}).bootstrap == "127.0.0.1:9092"
    assert running(home) is None


def test_a_given_broker_that_does_not_answer_is_one_sentence(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "ANSWER_S", 0.3)
    settings = KafkaSettings(bootstrap=f"127.0.0.1:{ports.free_port()}")
    with pytest.raises(PlatformError, match="did not answer within 0 s") as raised:
        Platform(home, Choice("given", "", settings)).start_broker()
    assert "\n" not in str(raised.value)


def test_credentials_are_not_written_to_the_home(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = KafkaSettings(
        bootstrap="kafka:9093",
        security_protocol="SASL_SSL",
        sasl_mechanism="PLAIN",
        sasl_username="line",
        sasl_password="s3cret",
    )
    monkeypatch.setattr(platform, "brokers", lambda *_: 1)
    with home.claim(), Platform(home, Choice("given", "", settings)) as ours:
        ours.start_broker()
        assert "s3cret" not in home.description.read_text()
        assert running(home) is None


def test_a_port_in_use_is_told_before_java_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "fetch", lambda *_: {"kafka": [tmp_path / "kafka.jar"]})
    monkeypatch.setattr(ports, "is_free", lambda port: port != 9092)
    with pytest.raises(PlatformError, match=r"port 9092 is in use.*--port.*COMMONLINE_KAFKA=127\.0\.0\.1:9092"):
        Broker(tmp_path, tmp_path, port=9092).start()


def test_too_little_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "MIN_FREE_BYTES", 2**60)
    with pytest.raises(PlatformError, match="MiB left, Kafka needs"):
        Broker(tmp_path, tmp_path).start()


def test_places_that_kafka_cannot_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PlatformError, match="without a comma"):
        Broker(tmp_path / "a,b", tmp_path).start()
    monkeypatch.setattr(broker_module, "fetch", lambda *_: {"kafka": [tmp_path / "a:b" / "kafka.jar"]})
    with pytest.raises(PlatformError, match="COMMONLINE_CACHE without ':'"):
        Broker(tmp_path, tmp_path).start()


def test_a_cluster_id_never_looks_like_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.urandom", lambda count: b"\xff" * count)
    assert _cluster_id() == "f" + "_" * 20 + "w"


def test_registry_port_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonline.local.registry._unpacked", lambda _: tmp_path)
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(PlatformError, match=r"port 8081 is in use.*the registry needs it"):
        Registry(tmp_path, tmp_path, port=8081).start()


def test_no_stale_process_to_end(tmp_path: Path) -> None:
    assert not end_stale(tmp_path / "run" / "kafka.json")


def test_services_get_all_by_environment(home: Home) -> None:
    kafka = KafkaSettings(bootstrap="127.0.0.1:9092")
    specs = services(kafka, home, config=Path("/etc/commonline.toml"), registry="http://127.0.0.1:8081/x")
    assert [spec.name for spec in specs] == list(METRICS_PORTS)
    first = specs[0]
    assert first.argv == (sys.executable, "-m", "commonline", "connect")
    assert first.environ["COMMONLINE_KAFKA"] == "127.0.0.1:9092"
    assert first.environ["COMMONLINE_HOME"] == str(home.path)
    assert first.environ["COMMONLINE_CONFIG"] == "/etc/commonline.toml"
    assert first.environ["COMMONLINE_REGISTRY"] == "http://127.0.0.1:8081/x"
    assert first.ready_url == f"http://{first.environ['COMMONLINE_METRICS']}/readyz"


def test_windows_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    local.check_system()
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(PlatformError, match="WSL2"):
        local.check_system()
