"""What ``commonline connector check`` prints."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import typer

from commonline.cli.screen import print_json
from commonline.testing.conformance import Finding, all_rules


def changed(paths: list[Path], *, json: bool) -> None:
    """Which files were written."""
    for path in paths:
        if json:
            print_json({"wrote": str(path)})
        else:
            typer.echo(f"wrote {path}")


def checked(name: str, findings: list[Finding], *, json: bool) -> None:
    """A connector's findings by rule, or that there are none."""
    if json:
        for one in findings:
            print_json({"connector": name, "rule": one.rule, "file": one.file, "what": one.what, "fix": one.fix})
        return
    about = {rule.name: rule.about for rule in all_rules()}
    typer.echo(f"{name}: {len(findings)} findings" if findings else f"{name}: all {len(about)} rules hold")
    for rule, group in groupby(findings, key=lambda finding: finding.rule):
        typer.echo(f"\n  {rule} — {about[rule]}")
        for finding in group:
            typer.echo(f"    {finding.file}: {finding.what}\n      → {finding.fix}")
    if findings:
        typer.echo("")
