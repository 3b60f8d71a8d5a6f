"""Bring a sample through mapping, placement and ids, exactly as normalize does; without a broker. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError
from commonline.kit import catalogue, clean, deliver
from commonline.kit.catalogue import Connector
from commonline.kit.finish import finish
from commonline.kit.instance import Instance, checked
from commonline.kit.manifest import Setting
from commonline.kit.mapping import UNSUPPORTED, Dead, Mapped, Outcome, Skipped
from commonline.kit.place import Placement
from commonline.kit.samples import Sample
from commonline.schemas.records import Activity, Delivery, Mode, Origin
from commonline.topics import DELIVERIES

PLACEMENT = Placement()
WORKSPACE = "acme"


@dataclass(frozen=True, slots=True)
class Trial:
    """A connector with a source of it, to be tried with samples."""

    connector: Connector
    source: Instance
    kept_headers: tuple[str, ...] | None = None
    """Names of the headers that a delivery keeps, as the manifest lists them; None: all that the sample has."""

    def delivery(self, sample: Sample, received: int, *, mode: Mode = "live") -> Delivery:
        """The delivery that the ingress would have written for a sample."""
        manifest = self.connector.manifest
        headers = {name.lower(): value for name, value in sample.headers.items()}
        named = manifest.webhook.vendor_id_header if manifest.webhook else None
        kept = self.kept_headers
        return deliver.delivery(
            self.source,
            sample.body,
            received=received,
            transport=sample.transport or manifest.transports[0],
            authentication="none",
            content_type=sample.content_type,
            request=sample.request,
            headers=headers if kept is None else {n: v for n, v in headers.items() if clean.is_kept(n, kept)},
            vendor_id=headers.get(named.lower()) if named else None,
            mode=mode,
        )

    def run(self, delivery: Delivery) -> list[Result]:
        """What the delivery becomes, entry by entry."""
        outcomes = self.connector.map(delivery, self.source.mapping_settings)
        return [self._result(outcome, delivery) for outcome in outcomes]

    def _result(self, outcome: Outcome, delivery: Delivery) -> Result:
        if not isinstance(outcome, Mapped):
            return Result(outcome, [])
        origin = Origin(
            delivery=delivery.id,
            topic=DELIVERIES.name,
            partition=0,
            offset=0,
            entry=outcome.entry,
            mode=delivery.mode,
        )
        placement = self.source.placement
        return Result(outcome, [finish(draft, delivery, origin, placement) for draft in outcome.drafts])


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome with its finished activities."""

    outcome: Outcome
    activities: list[Activity]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one sample as a whole; `path` and `reason` of the first entry that says so."""

    file: str
    outcome: str
    activities: int
    reason: str | None = None
    path: str | None = None


def verdict(file: str, results: list[Result]) -> Verdict:
    """Sum up: mapped if anything was mapped, else dead, ignored, unsupported in this order.

    A sample of several entries that is mapped in part names in `reason` what became of the others.
    """
    count = sum(len(result.activities) for result in results)
    dead = [r.outcome for r in results if isinstance(r.outcome, Dead)]
    skipped = [r.outcome for r in results if isinstance(r.outcome, Skipped)]
    ignored = sorted({s.rule for s in skipped if s.rule != UNSUPPORTED})
    unsupported = sorted({s.event for s in skipped if s.rule == UNSUPPORTED})
    others = [f"dead: {d.message}" for d in dead] + [f"ignored: {r}" for r in ignored]
    others += [f"unsupported: {event}" for event in unsupported]
    if any(isinstance(result.outcome, Mapped) for result in results):
        return Verdict(file, "mapped", count, "; ".join(others) or None, dead[0].path if dead else None)
    if dead:
        return Verdict(file, "dead", 0, f"{dead[0].cause}: {dead[0].message}", dead[0].path)
    if ignored:
        return Verdict(file, "ignored", 0, ", ".join(ignored))
    return Verdict(file, "unsupported", 0, ", ".join(unsupported))


def trial(
    connector: Connector,
    given: Mapping[str, Any],
    *,
    region: str | None = None,
    placement: Placement = PLACEMENT,
    name: str = "",
) -> Trial:
    """A source with these mapping settings, the manifest's defaults for the others; it needs no secrets.

    A required setting that is not given takes the manifest's example. Raises `ConfigurationError` naming the
    key.
    """
    every = connector.manifest.settings
    declared = {key: setting for key, setting in every.items() if setting.mapping}
    for key in given:
        if key not in declared:
            known = ", ".join(declared) or "none"
            raise ConfigurationError(f"{key}: no mapping setting of {connector.name}; there are: {known}")
    chosen: dict[str, Any] = {"region": region}
    for key, setting in declared.items():
        chosen[key] = checked(key, given[key], setting) if key in given else _stand_in(setting)
    catalogue.check_settings(connector.name, chosen)
    source = Instance(
        name=name or connector.name,
        workspace=WORKSPACE,
        manifest=connector.manifest,
        settings={key: chosen.get(key, _stand_in(setting)) for key, setting in every.items()},
        mapping_settings=chosen,
        placement=placement,
    )
    return Trial(connector, source)


def _stand_in(setting: Setting) -> Any:
    if setting.secret:
        return ResolvedSecret(("not-read",))
    return setting.example if setting.required else setting.default
