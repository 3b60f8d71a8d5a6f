"""``docs/reference/configuration.md``: from the models of the file, the default departments and the variables."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from tools.pages import text
from tools.pages.variables import VARIABLES

from commonline.configuration.defaults import default_departments
from commonline.configuration.departments import Department, Policy, Rule
from commonline.configuration.gateway import Gateway, Grant, Oidc
from commonline.configuration.model import General, Source, Workspace
from commonline.configuration.sections import Name, Secret, Section

HEAD = """\
# Configuration

One file, `commonline.toml` (TOML 1.0), says who shares a line, where events come from and who sees what.
`commonline init` writes a first one with examples, `commonline config check` names every fault with its key, its value
and the fix, `commonline config show --defaults` shows what is in force. Unknown keys are errors.

After a change: `commonline config check`, then SIGHUP to `connect` and `normalize` (`commonline up` passes it on). A
wrong file is refused whole, and the old one stays in force. Departments, rules and policies reach `unify` as records of
the log, so that a replay meets them where they came into force.

*name*: lower-case letters, digits, `-` and `_`, at most 63, beginning with a letter or digit. *duration*: `90s`, `15m`,
`48h`, `7d` or `0`. *visibility*: public < customer < partner < internal < restricted.
"""
SECTIONS: tuple[tuple[str, type[Section]], ...] = (
    ("[commonline]", General),
    ("[workspaces.<name>]", Workspace),
    ("[sources.<name>]", Source),
    ("[departments.<name>]", Department),
    ("[[departments.<name>.rules]]", Rule),
    ("[departments.<name>.policy]", Policy),
    ("[gateway]", Gateway),
    ("[gateway.oidc]", Oidc),
    ("[gateway.oidc.grants.<value>]", Grant),
)
SECRETS = """\
A secret is never written into the file: `{ env = "VARIABLE" }` names an environment variable, `{ file = "path" }` a
file (relative to the configuration's folder). A list of two is for the time of a change: all are accepted when calls
are verified, the first is used to log in. Secrets are read again on SIGHUP.
"""
CONNECTORS = """\
Further keys are the connector's own: see its page in the [list of connectors](../connectors/index.md), or
`commonline connector show <name>`. Every source that is polled also takes `interval_s`.
"""
DEFAULTS = "A file that names no departments has these four:"
VISIBILITY = "public, customer, partner, internal, restricted"


def page() -> str:
    """The page's text."""
    lines = [HEAD]
    for title, section in SECTIONS:
        lines += [f"## {title}", "", " ".join((section.__doc__ or "").split()), ""]
        lines += text.table(("key", "type", "default", "meaning"), list(_rows(section)))
        if section is Source:
            lines += [CONNECTORS, "### Secrets", "", SECRETS]
            lines += text.table(("key", "type"), [(text.code(key), "text") for key in Secret.model_fields])
    lines += ["## The default departments", "", DEFAULTS, "", "```toml", *_toml(), "```", "", "## Environment", ""]
    for title, rows in VARIABLES.items():
        lines += [f"### {title}", ""]
        lines += text.table(
            ("variable", "default", "meaning"), [(text.code(name), default, meaning) for name, default, meaning in rows]
        )
    return text.page(lines)


def _rows(section: type[BaseModel]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in section.model_fields.items():
        if not field.description:
            raise SystemExit(f"{section.__name__}.{name} has no description")
        yield text.code(name), _type(field.annotation, field), _default(field), field.description


def _type(kind: Any, field: FieldInfo | None = None) -> str:
    origin = get_origin(kind)
    if kind == Name or (field is not None and any("_name" in repr(one) for one in field.metadata)):
        return "name"
    if field is not None and any("_checked" in repr(one) for one in field.metadata):
        return "duration"
    if origin is Annotated:
        return _type(get_args(kind)[0])
    if origin is Literal:
        listed = ", ".join(map(str, get_args(kind)))
        return "visibility" if listed == VISIBILITY else f"one of: {listed}"
    if origin in (Union, types.UnionType):
        return _type(next(one for one in get_args(kind) if one is not type(None)))
    if origin is list:
        return f"list of {_type(get_args(kind)[0]).replace('one of: ', '')}"
    if origin is dict or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return "table"
    return {str: "text", int: "whole number", bool: "true or false"}[kind]


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "must be given"
    if value is None or value is PydanticUndefined or isinstance(value, BaseModel) or value in ([], {}):
        return ""
    return text.code(json.dumps(value))


def _toml() -> Iterator[str]:
    """The default departments as one would write them."""
    for name, department in default_departments().items():
        told = department.model_dump(exclude_defaults=True)
        yield f"[departments.{name}]"
        yield from _keys({key: value for key, value in told.items() if key not in ("rules", "policy")})
        for rule in told["rules"]:
            yield f"[[departments.{name}.rules]]"
            yield from _keys(rule)
        yield f"[departments.{name}.policy]"
        yield from _keys({"redact": department.policy.redact})
        yield ""


def _keys(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
