"""Settings that every process needs: how to reach Kafka.

One class for all clients, so that a broker with TLS and SASL is described once and reached the same way by
librdkafka, kafka-python and aiokafka.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commonline.errors import ConfigurationError

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PREFIX = "COMMONLINE_KAFKA"


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """Addresses and credentials of a Kafka cluster. `bootstrap` is ``host:port``, several with commas.

    Passwords never show in `repr`. Raises `ConfigurationError` for values that do not fit together.
    """

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_ca: Path | None = None
    ssl_certificate: Path | None = None
    ssl_key: Path | None = None
    ssl_key_password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_bootstrap(self.bootstrap)
        _check_choice("SECURITY_PROTOCOL", self.security_protocol, PROTOCOLS)
        if self.security_protocol.startswith("SASL"):
            _check_choice("SASL_MECHANISM", self.sasl_mechanism, MECHANISMS)
            if not self.sasl_username or self.sasl_password is None:
                raise ConfigurationError(
                    f"{PREFIX}_SECURITY_PROTOCOL is {self.security_protocol}: also set "
                    f"{PREFIX}_SASL_USERNAME and {PREFIX}_SASL_PASSWORD (or {PREFIX}_SASL_PASSWORD_FILE)"
                )
        elif self.sasl_mechanism or self.sasl_username:
            raise ConfigurationError(
                f"{PREFIX}_SASL_… is set, but {PREFIX}_SECURITY_PROTOCOL is {self.security_protocol}: "
                "set it to SASL_SSL (or SASL_PLAINTEXT inside a closed network)"
            )
        for key in ("ssl_ca", "ssl_certificate", "ssl_key"):
            _check_file(f"{PREFIX}_{key.upper()}", getattr(self, key))

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> KafkaSettings | None:
        """Settings from ``COMMONLINE_KAFKA`` and ``COMMONLINE_KAFKA_…``; None when no broker is given."""
        bootstrap = environ.get(PREFIX)
        if not bootstrap:
            return None
        value = {key: environ.get(f"{PREFIX}_{key}") or None for key in _PLAIN_KEYS}
        path = {key: Path(text) if (text := environ.get(f"{PREFIX}_{key}")) else None for key in _PATH_KEYS}
        return cls(
            bootstrap=bootstrap,
            security_protocol=(value["SECURITY_PROTOCOL"] or "PLAINTEXT").upper(),
            sasl_mechanism=value["SASL_MECHANISM"].upper() if value["SASL_MECHANISM"] else None,
            sasl_username=value["SASL_USERNAME"],
            sasl_password=_secret(environ, f"{PREFIX}_SASL_PASSWORD"),
            ssl_ca=path["SSL_CA"],
            ssl_certificate=path["SSL_CERTIFICATE"],
            ssl_key=path["SSL_KEY"],
            ssl_key_password=_secret(environ, f"{PREFIX}_SSL_KEY_PASSWORD"),
        )

    def environ(self) -> dict[str, str]:
        """The variables that make `from_environ` give the same settings: for child processes."""
        values = {
            "": self.bootstrap,
            "_SECURITY_PROTOCOL": self.security_protocol,
            "_SASL_MECHANISM": self.sasl_mechanism,
            "_SASL_USERNAME": self.sasl_username,
            "_SASL_PASSWORD": self.sasl_password,
            "_SSL_CA": self.ssl_ca,
            "_SSL_CERTIFICATE": self.ssl_certificate,
            "_SSL_KEY": self.ssl_key,
            "_SSL_KEY_PASSWORD": self.ssl_key_password,
        }
        return {PREFIX + key: str(value) for key, value in values.items() if value is not None}

    def librdkafka(self) -> dict[str, str | int | float | bool]:
        """Connection keys for confluent-kafka (librdkafka's CONFIGURATION.md)."""
        values = {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.security_protocol.lower(),
            "sasl.mechanism": self.sasl_mechanism,
            "sasl.username": self.sasl_username,
            "sasl.password": self.sasl_password,
            "ssl.ca.location": self.ssl_ca,
            "ssl.certificate.location": self.ssl_certificate,
            "ssl.key.location": self.ssl_key,
            "ssl.key.password": self.ssl_key_password,
        }
        return {key: str(value) for key, value in values.items() if value is not None}

    def kafka_python(self) -> dict[str, object]:
        """Keyword arguments for kafka-python's consumer, producer and admin client."""
        values: dict[str, object | None] = {
            "bootstrap_servers": self.bootstrap.split(","),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_cafile": str(self.ssl_ca) if self.ssl_ca else None,
            "ssl_certfile": str(self.ssl_certificate) if self.ssl_certificate else None,
            "ssl_keyfile": str(self.ssl_key) if self.ssl_key else None,
            "ssl_password": self.ssl_key_password,
        }
        return {key: value for key, value in values.items() if value is not None}

    def aiokafka(self) -> dict[str, object]:
        """Keyword arguments for aiokafka's clients, Faust's driver."""
        values: dict[str, object | None] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": self.sasl_password,
            "ssl_context": self.ssl_context(),
        }
        return {key: value for key, value in values.items() if value is not None}

    def ssl_context(self) -> ssl.SSLContext | None:
        """TLS context of the settings, None without TLS. Host names are always checked."""
        if not self.security_protocol.endswith("SSL"):
            return None
        context = ssl.create_default_context(cafile=str(self.ssl_ca) if self.ssl_ca else None)
        if self.ssl_certificate:
            context.load_cert_chain(self.ssl_certificate, self.ssl_key, self.ssl_key_password)
        return context


_PLAIN_KEYS = ("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME")
_PATH_KEYS = ("SSL_CA", "SSL_CERTIFICATE", "SSL_KEY")


def _secret(environ: Mapping[str, str], key: str) -> str | None:
    """The value of `key`, or the content of the file that ``<key>_FILE`` names, without its last line end."""
    value, file = environ.get(key), environ.get(f"{key}_FILE")
    if value and file:
        raise ConfigurationError(f"{key} and {key}_FILE are both set: keep one")
    if not file:
        return value or None
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{key}_FILE is {file!r}, which cannot be read: {error}") from error


def _check_bootstrap(bootstrap: str) -> None:
    for address in bootstrap.split(","):
        host, colon, port = address.strip().rpartition(":")
        if not (host and colon and port.isdigit() and 0 < int(port) < 65536):
            raise ConfigurationError(f"{PREFIX} is {bootstrap!r}: give host:port, several with commas between them")


def _check_choice(key: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigurationError(f"{PREFIX}_{key} is {value!r}: use one of {', '.join(choices)}")


def _check_file(key: str, path: Path | None) -> None:
    if path is not None and not path.is_file():
        raise ConfigurationError(f"{key} is {str(path)!r}, which is no file: correct the path")
