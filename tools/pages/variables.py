"""The environment variables, one row each. A test compares them with what the code reads."""

from __future__ import annotations

VARIABLES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Where Kafka is": (
        ("COMMONLINE_KAFKA", "", "`host:port`, several with commas. Without it `commonline up` starts a broker"),
        ("COMMONLINE_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
        ("COMMONLINE_KAFKA_SASL_MECHANISM", "", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
        ("COMMONLINE_KAFKA_SASL_USERNAME", "", "user of SASL"),
        ("COMMONLINE_KAFKA_SASL_PASSWORD", "", "its password; or its place in `COMMONLINE_KAFKA_SASL_PASSWORD_FILE`"),
        ("COMMONLINE_KAFKA_SSL_CA", "", "PEM file of the authority that signed the brokers' certificates"),
        ("COMMONLINE_KAFKA_SSL_CERTIFICATE", "", "PEM file of our certificate, where the brokers ask for one"),
        ("COMMONLINE_KAFKA_SSL_KEY", "", "PEM file of its key"),
        (
            "COMMONLINE_KAFKA_SSL_KEY_PASSWORD",
            "",
            "password of that key; or its place in `COMMONLINE_KAFKA_SSL_KEY_PASSWORD_FILE`",
        ),
        ("COMMONLINE_REGISTRY", "", "base of a schema registry's Confluent API; without it the bundled schema ids"),
        ("COMMONLINE_PREFIX", "", "begins the names of topics, groups and transactional ids"),
        ("COMMONLINE_PARTITIONS", "8 on one broker, else 32", "partitions of a new installation; fixed for ever"),
    ),
    "This installation": (
        ("COMMONLINE_CONFIG", "commonline.toml", "the configuration file"),
        ("COMMONLINE_HOME", ".commonline", "folder of all state"),
        ("COMMONLINE_CACHE", "`cache` in the home", "folder of downloads"),
        ("COMMONLINE_PURE", "", "`1` keeps to Python where hot paths are compiled"),
        (
            "COMMONLINE_KEY",
            "made at the first start, in the home",
            "32 to 64 random bytes in hexadecimal or base64, the same for all processes; or its place in "
            "`COMMONLINE_KEY_FILE`. Whoever loses it cannot go on with old state",
        ),
        ("COMMONLINE_CONNECTORS", "", "more folders of connectors, with `:` between them"),
        ("COMMONLINE_MAVEN", "the mirror in ~/.m2/settings.xml, else Maven Central", "where Kafka is downloaded from"),
    ),
    "One process": (
        ("COMMONLINE_METRICS", "127.0.0.1 and the service's port", "`host:port` of metrics and health; port 0: any"),
        ("COMMONLINE_INSTANCE", "0", "which of several equal workers this is; no two share one"),
        ("COMMONLINE_AUDIT_REPAIR", "true for the service", "whether the audit gives the line again what is missing"),
        ("COMMONLINE_BATCH_RECORDS", "2000 (unify 10000)", "most records of a batch"),
        ("COMMONLINE_BATCH_WAIT_MS", "0", "how long a batch waits for more"),
        ("COMMONLINE_SESSION_MS", "6000", "after this silence another worker takes over"),
    ),
    "The gateway": (
        ("COMMONLINE_GATEWAY", "COMMONLINE_METRICS, else 127.0.0.1:8090", "`host:port` of the API, metrics and health"),
        (
            "COMMONLINE_DATABASE",
            "gateway.db in the home",
            "SQLAlchemy URL of its database: `sqlite:///file` or `postgresql://user:password@host/name`",
        ),
        (
            "COMMONLINE_WEBHOOKS_ALLOW",
            "",
            "hosts of subscribers that may be inner ones and may be called by http, with commas",
        ),
    ),
}
