"""The product's modules, loaded once more beside the real ones, with simulated clients, disk, clock and threads.

Sources are read from the product's files, so that what is simulated is what runs; a mutant changes a piece of source.
Nothing of the real modules is touched: the copies live in this module's objects alone.
"""

from __future__ import annotations

import builtins
import concurrent.futures
import importlib
import mmap
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import confluent_kafka
import confluent_kafka.admin
import rocksdict

from commonline.settings import KafkaSettings
from tests.model.admin import AdminClient
from tests.model.child import Child
from tests.model.consumer import Consumer
from tests.model.context import here
from tests.model.disk import Files, Rdict, WriteBatch, WriteOptions, mapped, rmtree
from tests.model.machine import KilledError
from tests.model.producer import Producer

BUS = "commonline.bus."
COPIED = (BUS, "commonline.streams.unify.view")
UNCHANGED = (BUS + "admin", BUS + "partitions")
ROWS = "commonline.streams.unify.stored"
STORE_SETTINGS = [name for name in vars(rocksdict) if name.endswith(("Options", "Cache", "Factory"))]
STORE = {"Rdict": Rdict, "WriteBatch": WriteBatch, "WriteOptions": WriteOptions}
Change = tuple[str, str, str]
"""Module, a piece of its source that occurs once, and what stands there in the mutant."""


class Clock:
    """`time`, by the simulation's clock."""

    @staticmethod
    def monotonic() -> float:
        return here().machine.now

    perf_counter = time = monotonic

    @staticmethod
    def sleep(seconds: float) -> None:
        here().machine.give_way(timeout_s=seconds)


class Deadline:
    """`commonline.bus.deadline.Deadline` without its thread: who hangs looks at it (`Context.hang`)."""

    def __init__(self, limit_s: float, overdue: Callable[[], None]) -> None:
        self.limit_s = limit_s
        self.overdue = overdue

    def __enter__(self) -> None:
        here().machine.current().deadline_held = self

    def __exit__(self, *_error: object) -> None:
        if here().process.alive:
            here().machine.current().deadline_held = None


class Future:
    """A call in another fiber of the process."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._state = "waiting"
        self._value: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        if self._state != "waiting":
            return
        self._state = "running"
        try:
            self._value = self._call()
        except KilledError:
            raise
        except BaseException as error:
            self._error = error
        self._state = "done"

    def done(self) -> bool:
        return self._state in ("done", "cancelled")

    def cancel(self) -> bool:
        if self._state == "waiting":
            self._state = "cancelled"
        return self._state == "cancelled"

    def result(self, timeout: float | None = None) -> Any:
        here().machine.give_way(self.done, timeout)
        if self._error is not None:
            raise self._error
        return self._value


class Executor:
    """`ThreadPoolExecutor`: each call in a fiber of its own, `count` of them at once."""

    def __init__(self, count: int = 1, name: str = "") -> None:
        self._count, self._name = count, name.rpartition("-")[2]
        self._running: list[Future] = []

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future:
        future = Future(lambda: call(*arguments))
        context = here()

        def run() -> None:
            context.machine.give_way(lambda: len(self._running) < self._count)
            self._running.append(future)
            future.run()
            self._running.remove(future)

        context.machine.spawn(context.process, f"{self._name} {arguments[0]}", run)
        return future

    def shutdown(self, wait: bool = True) -> None:
        if wait:
            here().machine.give_way(lambda: not self._running)


class _Anything(type):
    def __getattr__(cls, _name: str) -> Any:
        return cls


class Anything(metaclass=_Anything):
    """An object, and a class, that may be told anything: settings of the store."""

    def __init__(self, *_values: Any, **_options: Any) -> None:
        """Takes all."""

    def __getattr__(self, _name: str) -> Any:
        return Anything


class Log:
    """A logger whose lines become part of the story."""

    @staticmethod
    def getLogger(_name: str = "") -> Log:
        return Log()

    def info(self, text: str, *values: Any) -> None:
        context = here()
        if context.story is not None:
            context.say("log: " + text % values)

    critical = error = warning = debug = info


class Environ:
    """`KafkaSettings` in a child process."""

    @staticmethod
    def from_environ() -> KafkaSettings:
        return KafkaSettings(bootstrap="simulated:1")


def _replaced(module: ModuleType, **names: Any) -> ModuleType:
    found = ModuleType(module.__name__)
    found.__dict__.update(module.__dict__)
    found.__dict__.update(names)
    return found


def _rows() -> ModuleType:
    """Rows of the overlay are bytes here: the codec is tested elsewhere."""
    real = importlib.import_module(ROWS)
    return _replaced(real, decode_row=lambda _key, data: data, encode_row=lambda row: row)


class Specimen:
    """Copies of the modules, mutated by `changes`. Raises `LookupError` if a piece does not occur exactly once."""

    def __init__(self, changes: Sequence[Change] = ()) -> None:
        self._changes = changes
        self._copies: dict[str, ModuleType] = {}
        kafka = _replaced(confluent_kafka, Consumer=Consumer, Producer=Producer)
        admin = _replaced(confluent_kafka.admin, AdminClient=AdminClient)
        futures = _replaced(concurrent.futures, ThreadPoolExecutor=Executor)
        self._given: Mapping[str, Any] = {
            "confluent_kafka": kafka,
            "confluent_kafka.admin": admin,
            "concurrent.futures": futures,
            "rocksdict": _replaced(rocksdict, **{**dict.fromkeys(STORE_SETTINGS, Anything), **STORE}),
            "mmap": _replaced(mmap, mmap=mapped),
            "shutil": _replaced(shutil, rmtree=rmtree),
            "time": _replaced(time, monotonic=Clock.monotonic, perf_counter=Clock.monotonic, sleep=Clock.sleep),
            "subprocess": _replaced(subprocess, Popen=self._child),
            "os": _replaced(os, _exit=lambda code: here().leave(code)),
            "logging": Log,
            BUS + "deadline": _replaced(importlib.import_module(BUS + "deadline"), Deadline=Deadline),
            ROWS: _rows(),
        }
        for module, _, _ in changes:
            self.module(module)

    def restore_here(self, offsets: int) -> None:
        """How many offsets of a changelog are restored without a child process."""
        self.module(BUS + "restore").HERE_RECORDS = offsets

    def _child(self, _argv: list[str], **_pipes: Any) -> Child:
        restorer = self.module(BUS + "restorer")
        restorer.KafkaSettings = Environ
        restorer.Path = Files
        return Child(restorer)

    def module(self, name: str) -> Any:
        """The copy of a module."""
        if name not in self._copies:
            real = importlib.import_module(name)
            copy = ModuleType(name)
            copy.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            self._copies[name] = copy
            exec(self._code(real), copy.__dict__)
        return self._copies[name]

    def _code(self, real: ModuleType) -> CodeType:
        path = Path(str(real.__file__)).with_name(real.__name__.rpartition(".")[2] + ".py")  # it may be compiled
        source = path.read_text("utf-8")
        for module, old, new in self._changes:
            if module == real.__name__:
                if source.count(old) != 1:
                    raise LookupError(f"{module} has {source.count(old)} × {old!r}: this mutant needs to be renewed")
                source = source.replace(old, new)
        return compile(source, str(path), "exec", dont_inherit=True)

    def _import(
        self,
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if name in self._given:
            return self._given[name]
        if name.startswith(COPIED) and name not in UNCHANGED:
            return self.module(name)
        return builtins.__import__(name, globals_, locals_, fromlist, level)
