"""Which process serves which metric: the order of the metrics page and of the board."""

from __future__ import annotations

from commonline.metrics import TABLE, MetricName

GROUPS: dict[str, tuple[MetricName, ...]] = {
    "Reception (connect)": (
        "commonline_deliveries_total",
        "commonline_source_last_delivery_timestamp_seconds",
        "commonline_requests_refused_total",
        "commonline_ingress_seconds",
        "commonline_ingress_memory_bytes",
        "commonline_handshakes_total",
        "commonline_blobs_written_total",
        "commonline_durable",
    ),
    "Polls and streams (connect)": (
        "commonline_source_up",
        "commonline_source_errors_total",
        "commonline_lease_until_timestamp_seconds",
        "commonline_source_paused",
    ),
    "Configuration (connect, normalize)": (
        "commonline_configuration_valid",
        "commonline_configuration_reloads_total",
    ),
    "What becomes of deliveries (normalize)": (
        "commonline_activities_total",
        "commonline_ignored_total",
        "commonline_dead_letters_total",
        "commonline_parked_total",
        "commonline_breaker_open",
    ),
    "Stages (normalize, unify, pulse, gateway)": (
        "commonline_stage_lag_records",
        "commonline_stage_batches_total",
        "commonline_stage_batch_records",
        "commonline_stage_batch_seconds",
        "commonline_transaction_aborts_total",
        "commonline_restore_rows_total",
        "commonline_restore_left_records",
    ),
    "Feeds (unify)": (
        "commonline_latency_seconds",
        "commonline_feed_records_total",
        "commonline_unify_outcomes_total",
        "commonline_source_freshness_timestamp_seconds",
        "commonline_state_rows",
    ),
    "Is anything missing (audit)": (
        "commonline_complete_until_timestamp_seconds",
        "commonline_audit_findings",
        "commonline_audit_found_total",
        "commonline_audit_mended_total",
        "commonline_audit_compared_timestamp_seconds",
        "commonline_audit_records_total",
        "commonline_audit_unproven_total",
    ),
    "Pulse (pulse)": (
        "commonline_pulse_activities",
        "commonline_pulse_reply_seconds",
        "commonline_pulse_longest_reply_seconds",
        "commonline_stream_skipped_total",
    ),
    "Gateway (gateway)": (
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
    ),
    "Every process": ("commonline_build_info",),
}

_grouped = [name for names in GROUPS.values() for name in names]
if sorted(_grouped) != sorted(TABLE):
    raise SystemExit(f"tools/pages/groups.py and commonline.metrics differ in: {sorted(set(_grouped) ^ set(TABLE))}")
