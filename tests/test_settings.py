"""Kafka settings: from the environment to each client's own keys."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from confluent_kafka import Producer

from commonline.errors import ConfigurationError
from commonline.settings import KafkaSettings

SASL = {
    "COMMONLINE_KAFKA": "a:9093,b:9093",
    "COMMONLINE_KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
    "COMMONLINE_KAFKA_SASL_MECHANISM": "scram-sha-512",
    "COMMONLINE_KAFKA_SASL_USERNAME": "line",
    "COMMONLINE_KAFKA_SASL_PASSWORD": "s3cret",
}


def given(environ: dict[str, str]) -> KafkaSettings:
    settings = KafkaSettings.from_environ(environ)
    assert settings is not None
    return settings


def test_no_broker_given() -> None:
    assert KafkaSettings.from_environ({}) is None
    assert KafkaSettings.from_environ({"COMMONLINE_KAFKA": ""}) is None


def test_plain_broker() -> None:
    settings = given({"COMMONLINE_KAFKA": "127.0.0.1:9092"})
    assert settings.librdkafka() == {"bootstrap.servers": "127.0.0.1:9092", "security.protocol": "plaintext"}
    assert settings.kafka_python() == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "PLAINTEXT",
    }
    assert settings.aiokafka() == {"bootstrap_servers": "127.0.0.1:9092", "security_protocol": "PLAINTEXT"}
    assert settings.ssl_context() is None


def test_sasl_reaches_every_client() -> None:
    settings = given(SASL)
    assert settings.librdkafka()["sasl.password"] == "s3cret"
    assert settings.librdkafka()["sasl.mechanism"] == "SCRAM-SHA-512"
    assert settings.kafka_python()["bootstrap_servers"] == ["a:9093", "b:9093"]
    assert settings.kafka_python()["sasl_plain_username"] == "line"
    assert settings.aiokafka()["sasl_plain_password"] == "s3cret"
    assert isinstance(settings.aiokafka()["ssl_context"], ssl.SSLContext)


def test_librdkafka_knows_every_key() -> None:
    Producer({**given(SASL).librdkafka(), "bootstrap.servers": ""})


def test_environ_gives_the_same_settings_again(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("")
    settings = given({**SASL, "COMMONLINE_KAFKA_SSL_CA": str(authority)})
    assert given(settings.environ()) == settings


def test_password_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from file \n")
    environ = {key: value for key, value in SASL.items() if not key.endswith("PASSWORD")}
    assert given({**environ, "COMMONLINE_KAFKA_SASL_PASSWORD_FILE": str(file)}).sasl_password == "from file "


def test_repr_holds_no_password() -> None:
    assert "s3cret" not in repr(given(SASL))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"COMMONLINE_KAFKA": "broker"}, ["COMMONLINE_KAFKA", "'broker'", "host:port"]),
        ({"COMMONLINE_KAFKA": "broker:99999"}, ["host:port"]),
        ({"COMMONLINE_KAFKA": "a:9092,"}, ["host:port"]),
        ({"COMMONLINE_KAFKA_SECURITY_PROTOCOL": "TLS"}, ["_SECURITY_PROTOCOL", "'TLS'", "SASL_SSL"]),
        ({"COMMONLINE_KAFKA_SASL_MECHANISM": "GSSAPI"}, ["_SASL_MECHANISM", "'GSSAPI'", "PLAIN"]),
        ({"COMMONLINE_KAFKA_SASL_USERNAME": ""}, ["_SASL_USERNAME"]),
        ({"COMMONLINE_KAFKA_SECURITY_PROTOCOL": "SSL"}, ["SASL_", "SASL_SSL"]),
        ({"COMMONLINE_KAFKA_SSL_CA": "/no/such.pem"}, ["_SSL_CA", "/no/such.pem"]),
        ({"COMMONLINE_KAFKA_SASL_PASSWORD_FILE": "/x"}, ["both set"]),
        (
            {"COMMONLINE_KAFKA_SASL_PASSWORD": "", "COMMONLINE_KAFKA_SASL_PASSWORD_FILE": "/no/such"},
            ["/no/such"],
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_fix(changes: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        KafkaSettings.from_environ({**SASL, **changes})
    assert all(word in str(raised.value) for word in words)
    assert "s3cret" not in str(raised.value)
