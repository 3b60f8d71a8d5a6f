"""The installation of the crash tests: three workspaces, a Facebook page each, and its configurations."""

from __future__ import annotations

import hashlib
import hmac

from tests.crash.traffic import PAGES, WORKSPACES

SECRET = "crash-test-secret"
ENVIRON = {"CRASH_SECRET": SECRET, "CRASH_TOKEN": "crash-test-token"}
STEADY = ("marketing", "service")
"""Departments that no configuration below touches: every comment must stand in their feeds."""

_HEAD = '[commonline]\nlisten = "{listen}"\ndurability = "process"\n'
_WORKSPACE = '\n[workspaces.{name}]\njoin_window = "0"\npartition = {partition}\n'
_SOURCE = """
[sources.{name}]
connector = "facebook"
workspace = "{name}"
app_secret = {{ env = "CRASH_SECRET" }}
verify_token = {{ env = "CRASH_TOKEN" }}
own_accounts = ["facebook:{page}"]
unknown_side = "customer"
"""
_DEPARTMENTS = """
[departments.marketing]
clearance = "public"
rules = [{name = "public-talk", channels = ["post", "comment"]}]
policy = {redact = ["name", "handle", "account", "email", "phone", "card", "iban"]}

[departments.service]
clearance = "internal"
rules = [{name = "customers", channels = ["post", "comment"]}]
policy = {redact = ["card", "iban"]}
"""
_PR = '\n[departments.pr]\nclearance = "{clearance}"\nrules = [{{name = "talk", channels = ["comment"]}}]\n'
_HR = '\n[departments.hr]\nclearance = "restricted"\nrules = [{{name = "some", {rule}}}]\n'
_VARIANTS = {
    "plain": ("customer", 'words = ["vacancy"]'),
    "hr-comments": ("customer", 'channels = ["comment"]'),
    "pr-strict": ("public", 'words = ["vacancy"]'),
}


def configuration(listen: str, variant: str = "plain") -> str:
    """The file, one of three variants that differ in what pr and hr see."""
    clearance, rule = _VARIANTS[variant]
    parts = [_HEAD.format(listen=listen)]
    for partition, name in enumerate(WORKSPACES):
        parts.append(_WORKSPACE.format(name=name, partition=partition))
        parts.append(_SOURCE.format(name=name, page=PAGES[name]))
    return "".join([*parts, _DEPARTMENTS, _PR.format(clearance=clearance), _HR.format(rule=rule)])


def headers(body: bytes) -> dict[str, str]:
    """Facebook's signature."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
