"""The facts block of a connector's README, made from its manifest."""

from __future__ import annotations

from typing import Any

from commonline.kit.manifest import Manifest, Setting, Signature, Webhook

BEGIN = "<!-- facts: made from manifest.toml by `commonline connector check --update` -->"
END = "<!-- end of facts -->"


def facts(manifest: Manifest) -> str:
    """The block in Markdown, with its marks."""
    parts = [_table(_rows(manifest)), _events(manifest), _settings(manifest), _exemptions(manifest)]
    return "\n\n".join([BEGIN, *(part for part in parts if part), END])


def with_facts(readme: str, manifest: Manifest) -> str:
    """A README with its block renewed; below the title if it has none yet."""
    block = facts(manifest)
    before, begin, rest = readme.partition(BEGIN)
    if begin:
        _, _, after = rest.partition(END)
        return before + block + after
    title, newline, after = readme.partition("\n")
    return f"{title}{newline}\n{block}\n{after}"


def _rows(manifest: Manifest) -> list[tuple[str, str]]:
    rows = [
        ("Transports", ", ".join(manifest.transports)),
        ("Direction", "in" if manifest.direction == "in" else "in and out"),
        ("Visibility", f"at most {manifest.visibility}"),
        ("Edits, deletes", f"{_yes(manifest.edits)}, {_yes(manifest.deletes)}"),
        ("Back-fill", _yes(manifest.backfill)),
        ("Second path", manifest.second_path),
        ("Replies", manifest.replies),
    ]
    if manifest.webhook:
        rows += _webhook_rows(manifest.webhook)
    if manifest.poll:
        look_back = f", looks back {manifest.poll.look_back_s:g} s" if manifest.poll.look_back_s else ""
        rows.append(("Polled", f"every {manifest.poll.interval_s:g} s{look_back}"))
    for limit in manifest.rate_limit:
        rows.append(("Rate limit", f"{limit.requests} requests in {limit.per_s:g} s {limit.note}".strip()))
    rows.append(("Tested on", manifest.tested_on))
    rows += [("Vendor's documentation", f"<{url}>") for url in manifest.vendor_docs]
    return [(name, value) for name, value in rows if value]


def _webhook_rows(webhook: Webhook) -> list[tuple[str, str]]:
    ways = [_signature(one) for one in webhook.signature]
    for token in webhook.token:
        place = f"header `{token.header}`" if token.header else f"query `{token.query}`" if token.query else "basic"
        ways.append(f"token: {place}")
    if webhook.public_keys:
        ways.append(webhook.public_keys)
    if webhook.unsigned_allowed:
        ways.append("none, if the source says so")
    rows = [("Authentication", "; ".join(ways))]
    if webhook.handshake:
        rows.append(("Handshake", webhook.handshake.kind))
    return rows


def _signature(scheme: Signature) -> str:
    stamp = f", time in `{scheme.timestamp_header}` ± {scheme.tolerance_s} s" if scheme.timestamp_header else ""
    return f"{scheme.algorithm} {scheme.encoding} in `{scheme.header}`{stamp}"


def _events(manifest: Manifest) -> str:
    rows = [(f"`{event}`", "mapped") for event in manifest.events.mapped]
    rows += [(f"`{event}`", f"ignored: {rule}") for event, rule in manifest.events.ignored.items()]
    return _table(rows, ("Event", "Becomes")) if rows else ""


def _settings(manifest: Manifest) -> str:
    if not manifest.settings:
        return ""
    rows = [(f"`{name}`", _setting(setting)) for name, setting in manifest.settings.items()]
    return _table(rows, ("Setting", "What it is"))


def _setting(setting: Setting) -> str:
    kind: str = "secret" if setting.secret else setting.type
    if setting.required:
        kind += ", required"
    elif setting.default is not None and setting.default not in ("", [], {}):
        kind += f", default `{_value(setting.default)}`"
    choices = f" One of: {', '.join(f'`{choice}`' for choice in setting.choices)}." if setting.choices else ""
    return f"{setting.help} ({kind}){choices}"


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _exemptions(manifest: Manifest) -> str:
    rows = [(f"`{rule}`", reason) for rule, reason in manifest.exempt.items()]
    return _table(rows, ("Exempt from", "Because")) if rows else ""


def _table(rows: list[tuple[str, str]], head: tuple[str, str] = ("Fact", "")) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    lines += [f"| {name} | {value.replace('|', chr(92) + '|')} |" for name, value in rows]
    return "\n".join(lines)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
