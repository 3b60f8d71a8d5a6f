"""The table of metrics: every metric once. Processes create only those that they serve; docs, alerts and the board
come from this table."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Kind = Literal["counter", "gauge", "histogram"]
MetricName = Literal[
    "commonline_build_info",
    "commonline_deliveries_total",
    "commonline_requests_refused_total",
    "commonline_ingress_seconds",
    "commonline_ingress_memory_bytes",
    "commonline_handshakes_total",
    "commonline_blobs_written_total",
    "commonline_source_paused",
    "commonline_source_up",
    "commonline_source_last_delivery_timestamp_seconds",
    "commonline_source_errors_total",
    "commonline_lease_until_timestamp_seconds",
    "commonline_configuration_reloads_total",
    "commonline_configuration_valid",
    "commonline_durable",
    "commonline_activities_total",
    "commonline_ignored_total",
    "commonline_dead_letters_total",
    "commonline_parked_total",
    "commonline_breaker_open",
    "commonline_stage_batches_total",
    "commonline_stage_batch_records",
    "commonline_stage_batch_seconds",
    "commonline_stage_lag_records",
    "commonline_transaction_aborts_total",
    "commonline_restore_rows_total",
    "commonline_restore_left_records",
    "commonline_unify_outcomes_total",
    "commonline_feed_records_total",
    "commonline_latency_seconds",
    "commonline_source_freshness_timestamp_seconds",
    "commonline_state_rows",
    "commonline_audit_findings",
    "commonline_audit_found_total",
    "commonline_audit_mended_total",
    "commonline_audit_records_total",
    "commonline_audit_unproven_total",
    "commonline_audit_compared_timestamp_seconds",
    "commonline_complete_until_timestamp_seconds",
    "commonline_pulse_activities",
    "commonline_pulse_reply_seconds",
    "commonline_pulse_longest_reply_seconds",
    "commonline_stream_skipped_total",
    "commonline_gateway_lag_records",
    "commonline_gateway_requests_total",
    "commonline_gateway_request_seconds",
    "commonline_gateway_listeners",
    "commonline_gateway_writes_total",
    "commonline_gateway_dropped_total",
    "commonline_gateway_refused_total",
    "commonline_webhook_attempts_total",
    "commonline_webhook_seconds",
    "commonline_webhook_pending",
    "commonline_webhook_dead",
]


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: kind, help, labels, buckets in the unit that the name ends with."""

    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


LATENCY = (0.005, 0.01, 0.02, 0.035, 0.06, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600)
QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
FEED_LABELS = ("workspace", "department", "event")
BUILD_LABELS = ("version", "codec", "producer")
SIZES = (1, 5, 20, 100, 500, 1000, 2000, 5000, 10000)

TABLE: dict[MetricName, Metric] = {
    "commonline_build_info": Metric(
        "gauge",
        "always 1: version, the codec's form (compiled or python), who builds the stages' batches (compiled: we do; or "
        "librdkafka)",
        BUILD_LABELS,
    ),
    "commonline_deliveries_total": Metric("counter", "deliveries acknowledged by the broker", ("source",)),
    "commonline_requests_refused_total": Metric("counter", "requests answered with an error", ("source", "reason")),
    "commonline_ingress_seconds": Metric("histogram", "request received to answer", ("source",), QUICK),
    "commonline_ingress_memory_bytes": Metric("gauge", "bodies received and not yet acknowledged by the broker"),
    "commonline_handshakes_total": Metric("counter", "handshakes answered", ("source",)),
    "commonline_blobs_written_total": Metric("counter", "bodies too large for the topic, kept as files", ("source",)),
    "commonline_source_paused": Metric("gauge", "1 while a poll or stream source is paused", ("source",)),
    "commonline_source_up": Metric("gauge", "1 while a poll or stream source works", ("source",)),
    "commonline_source_last_delivery_timestamp_seconds": Metric("gauge", "when the source last delivered", ("source",)),
    "commonline_source_errors_total": Metric("counter", "failures of poll and stream sources", ("source", "cause")),
    "commonline_lease_until_timestamp_seconds": Metric(
        "gauge", "when the vendor's subscription ends unless it is renewed", ("source",)
    ),
    "commonline_configuration_reloads_total": Metric("counter", "configuration reloads", ("result",)),
    "commonline_configuration_valid": Metric("gauge", "1 if the file on disk is the one in force"),
    "commonline_durable": Metric("gauge", "1 if an acknowledged delivery survives power failure"),
    "commonline_activities_total": Metric("counter", "activities written by normalize", ("source",)),
    "commonline_ignored_total": Metric("counter", "entries ignored, by rule", ("source", "rule")),
    "commonline_dead_letters_total": Metric("counter", "dead letters, by step and cause", ("source", "step", "cause")),
    "commonline_parked_total": Metric("counter", "deliveries set aside while most of a source's died", ("source",)),
    "commonline_breaker_open": Metric("gauge", "1 while a source's deliveries are set aside", ("source",)),
    "commonline_stage_batches_total": Metric("counter", "batches committed", ("stage",)),
    "commonline_stage_batch_records": Metric("histogram", "records a batch", ("stage",), SIZES),
    "commonline_stage_batch_seconds": Metric("histogram", "batch polled to committed", ("stage",), QUICK),
    "commonline_stage_lag_records": Metric("gauge", "records not yet read", ("stage", "partition")),
    "commonline_transaction_aborts_total": Metric("counter", "transactions aborted, by cause", ("stage", "cause")),
    "commonline_restore_rows_total": Metric("counter", "state rows read back from the changelog", ("stage",)),
    "commonline_restore_left_records": Metric(
        "gauge", "changelog offsets to go until a partition's state is there", ("stage", "partition")
    ),
    "commonline_unify_outcomes_total": Metric("counter", "what became of activities", ("source", "outcome")),
    "commonline_feed_records_total": Metric(
        "counter", "records written to feeds", ("workspace", "department", "event")
    ),
    "commonline_latency_seconds": Metric(
        "histogram", "time to the feed, since `published` or since `received`", ("since",), LATENCY
    ),
    "commonline_source_freshness_timestamp_seconds": Metric(
        "gauge", "`published` of the newest activity of a source", ("source",)
    ),
    "commonline_state_rows": Metric("gauge", "rows in the local store", ("partition",)),
    "commonline_audit_findings": Metric(
        "gauge", "findings of the audit that are not mended", ("workspace", "source", "kind")
    ),
    "commonline_audit_found_total": Metric("counter", "records that findings of the audit are about", ("kind",)),
    "commonline_audit_mended_total": Metric("counter", "of them, those that went through after all", ("kind",)),
    "commonline_audit_records_total": Metric("counter", "records that the audit read"),
    "commonline_audit_unproven_total": Metric(
        "counter", "activities that unify calls repeats, and whose first the audit does not remember"
    ),
    "commonline_audit_compared_timestamp_seconds": Metric("gauge", "as of when the topics were compared last"),
    "commonline_complete_until_timestamp_seconds": Metric(
        "gauge", "what a source delivered before is in the feeds, ignored, dead or parked", ("workspace", "source")
    ),
    "commonline_pulse_activities": Metric(
        "gauge",
        "activities in the last full minute; direction: inbound, outbound or other",
        ("workspace", "topic", "direction"),
    ),
    "commonline_pulse_reply_seconds": Metric(
        "gauge", "mean time to reply in the last full minute that had one", ("workspace", "topic")
    ),
    "commonline_pulse_longest_reply_seconds": Metric(
        "gauge", "longest time to reply in the last full minute that had one", ("workspace", "topic")
    ),
    "commonline_stream_skipped_total": Metric(
        "counter", "records that a stream or the gateway could not use, or that its log lacks", ("stream", "cause")
    ),
    "commonline_gateway_lag_records": Metric("gauge", "records that the gateway's database does not have yet"),
    "commonline_gateway_requests_total": Metric(
        "counter", "requests that the gateway answered, by the route's pattern", ("route", "method", "status")
    ),
    "commonline_gateway_request_seconds": Metric(
        "histogram", "request received to answer begun", ("route", "method"), QUICK
    ),
    "commonline_gateway_listeners": Metric("gauge", "open live streams", ("transport",)),
    "commonline_gateway_writes_total": Metric("counter", "writes to live streams", ("transport",)),
    "commonline_gateway_dropped_total": Metric(
        "counter", "live streams that the gateway ended: slow, access, log or ending", ("reason",)
    ),
    "commonline_gateway_refused_total": Metric(
        "counter", "requests and logins that the gateway refused, by what was wrong", ("reason",)
    ),
    "commonline_webhook_attempts_total": Metric(
        "counter", "calls to subscribers, by what becomes of them: delivered, pending (again), dead, gone", ("fate",)
    ),
    "commonline_webhook_seconds": Metric("histogram", "call begun to answer or failure", (), QUICK),
    "commonline_webhook_pending": Metric("gauge", "calls that wait to be made"),
    "commonline_webhook_dead": Metric("gauge", "calls that were given up and not replayed"),
}

assert set(TABLE) == set(get_args(MetricName))


class Metrics:
    """The metrics of one process, created on first use in a registry of its own, whichever thread comes first."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._lock = threading.Lock()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}

    def counter(self, name: MetricName, labels: Mapping[str, str] | None = None) -> Counter:
        """A counter, bound to `labels` if it has any."""
        metric = self._counters.get(name)
        if metric is None:
            with self._lock:
                metric = self._counters.get(name)
                if metric is None:
                    row = TABLE[name]
                    metric = self._counters[name] = Counter(name, row.help, row.labels, registry=self.registry)
        return metric.labels(**labels) if labels else metric

    def gauge(self, name: MetricName, labels: Mapping[str, str] | None = None) -> Gauge:
        """A gauge, bound to `labels` if it has any."""
        metric = self._gauges.get(name)
        if metric is None:
            with self._lock:
                metric = self._gauges.get(name)
                if metric is None:
                    row = TABLE[name]
                    metric = self._gauges[name] = Gauge(name, row.help, row.labels, registry=self.registry)
        return metric.labels(**labels) if labels else metric

    def histogram(self, name: MetricName, labels: Mapping[str, str] | None = None) -> Histogram:
        """A histogram, bound to `labels` if it has any."""
        metric = self._histograms.get(name)
        if metric is None:
            with self._lock:
                metric = self._histograms.get(name)
                if metric is None:
                    row = TABLE[name]
                    metric = self._histograms[name] = Histogram(
                        name, row.help, row.labels, registry=self.registry, buckets=row.buckets
                    )
        return metric.labels(**labels) if labels else metric
