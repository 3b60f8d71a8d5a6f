"""What `commonline doctor` says of the broker: which, why, whether it answers, what its acknowledgement is worth."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from commonline.bus import durability
from commonline.errors import CommonlineError, PlatformError, RetryLaterError
from commonline.local.broker import brokers
from commonline.local.findings import Finding
from commonline.local.home import Home
from commonline.local.platform import Choice, resolve, running
from commonline.settings import KafkaSettings
from commonline.topics import Topics

ANSWER_S = 5.0
_MEANING = {
    "replicated": "kept by at least two of three brokers before it is acknowledged",
    "flushed": "on this broker's disk before it is acknowledged: survives power failure, not the loss of the disk",
    "process": "in the broker's page cache when it is acknowledged: survives a killed broker, not power failure",
}


def find_broker(home: Home, topics: Topics, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Findings ``broker`` and ``durability``."""
    try:
        choice = resolve(environ=environ)
    except CommonlineError as error:
        yield Finding("broker", "bad", str(error))
        return
    settings = choice.settings or running(home)
    if settings is None:
        yield Finding("broker", "note", f"from packages ({choice.why}); it does not run now: `commonline up`")
        yield Finding("durability", "note", "shown when the broker runs")
        return
    count = brokers(settings, ANSWER_S)
    if not count:
        yield Finding("broker", "bad", f"{settings.bootstrap} does not answer within {ANSWER_S:.0f} s ({choice.why})")
        return
    yield Finding("broker", "ok", _broker(choice, settings, count))
    yield _durability(settings, topics)


def _broker(choice: Choice, settings: KafkaSettings, count: int) -> str:
    who = "given" if choice.kind == "given" else "ours, from packages or Docker"
    return (
        f"{settings.bootstrap} answers: {who} ({choice.why}), {count} broker{'s' if count > 1 else ''}, "
        f"{settings.security_protocol}"
    )


def _durability(settings: KafkaSettings, topics: Topics) -> Finding:
    try:
        found = durability.find(settings, topics)
    except (PlatformError, RetryLaterError) as error:
        return Finding("durability", "note", str(error))
    kind = durability.judge(found, "process")
    facts = "; ".join(str(one) for one in found)
    return Finding("durability", "note" if kind == "process" else "ok", f"{kind}: {_MEANING[kind]} ({facts})")
