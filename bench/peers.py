"""Other stream processors on the smaller jobs J1 and J2, beside ours: same broker, same run, same way of measuring.

Their programs are no part of the project: they lie in ``../shared/peers`` or where ``COMMONLINE_PEERS`` points. They
are copied to a folder of ours, get a Python environment of their own (the versions that their README names) and, where
``mvn`` and ``javac`` are at hand, are built. A peer that cannot run is told with the reason, its ratio is null.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.machine import ROOT, WORK, Ground, fail
from bench.meter import LOG, follow, stable_count
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.errors import PlatformError

BUILD_S = 600
INPUTS = {"J1": "p-raw", "J2": "p-act"}
DEPARTMENTS = ("support", "internal", "billing", "sales")
REPEATS = 1.05
"""J2's input a unique activity; its first output holds each once."""
FAUST = ("worker", "-l", "warn")
JAVA = ("-Xmx2g", "-Xms1g", "-XX:+UseParallelGC")


@dataclass(frozen=True, slots=True)
class Peer:
    """One system on one job. `quick` and `full`: how many results are waited for."""

    name: str
    job: str
    argv: tuple[str, ...]
    quick: int
    full: int
    environ: dict[str, str] = field(default_factory=dict)
    about: str = ""


_EOS = {"PG": "exactly-once", "CI": "0.3"}
PEERS = (
    Peer("kafka_streams", "J1", ("java", "J1", "exactly_once_v2"), 400_000, 1_000_000, {}, "exactly_once_v2, 1 thread"),
    Peer(
        "quix",
        "J1",
        ("j1_quix.py",),
        90_000,
        200_000,
        {"VARIANT": "msgspec_gen", **_EOS},
        "exactly-once, generated codec",
    ),
    Peer(
        "faust",
        "J1",
        ("j1_faust.py", *FAUST),
        20_000,
        40_000,
        {"VARIANT": "msgspec_gen"},
        "at-least-once, generated codec",
    ),
    Peer(
        "kafka_streams",
        "J2",
        ("java", "J2", "exactly_once_v2", "rocks"),
        280_000,
        700_000,
        {},
        "exactly_once_v2, RocksDB, 1 thread",
    ),
    Peer(
        "quix",
        "J2",
        ("j2_quix.py",),
        40_000,
        100_000,
        {"LEVEL": "gen", **_EOS},
        "exactly-once, RocksDB, partial codec",
    ),
    Peer("faust", "J2", ("j2_faust.py", *FAUST), 8_000, 20_000, {}, "at-least-once, memory table, fastavro"),
)


def find() -> Path | None:
    """The peers' folder."""
    given = os.environ.get("COMMONLINE_PEERS")
    place = Path(given) if given else ROOT.parent / "shared" / "peers"
    return place if (place / "common.py").is_file() else None


class Peers:
    """The peers, ready to run. `missing` says by name why one is not."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.missing: dict[str, str] = {}
        self.folder = WORK / "peers"
        source = find()
        if source is None:
            reason = "the peers' programs are not there: set COMMONLINE_PEERS to their folder"
            self.missing = {peer.name: reason for peer in PEERS}
            return
        self._copy(source)
        try:
            self.python = self._environment()
        except (OSError, subprocess.SubprocessError) as error:
            self.missing = {peer.name: f"their environment cannot be made: {_last(error)}" for peer in PEERS}
            return
        try:
            self._build()
        except (OSError, subprocess.SubprocessError) as error:
            self.missing["kafka_streams"] = f"cannot be built: {_last(error)}"

    def _copy(self, source: Path) -> None:
        """Programs only; what was built or written before stays."""
        for path in source.rglob("*"):
            inside = path.relative_to(source)
            if path.is_file() and not {"target", "libs", "state", "logs", "__pycache__"} & set(inside.parts):
                target = self.folder / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists() or target.read_bytes() != path.read_bytes():
                    shutil.copyfile(path, target)

    def _environment(self) -> Path:
        """A virtual environment with what the README's line ``pip install`` names."""
        found = re.search(r"^pip install (.+)$", (self.folder / "README.md").read_text("utf-8"), re.MULTILINE)
        if found is None:
            raise OSError("the README names no packages")
        packages = found[1].split()
        place = WORK / f"peers-{hashlib.sha256(found[1].encode()).hexdigest()[:12]}"
        python = place / "bin" / "python"
        if not (place / "complete").exists():
            self.ground.say("the peers' environment is made (once, about a minute)")
            shutil.rmtree(place, ignore_errors=True)
            for argv in ([sys.executable, "-m", "venv", str(place)], [str(python), "-m", "pip", "install", *packages]):
                subprocess.run(argv, check=True, capture_output=True, timeout=BUILD_S)
            (place / "complete").touch()
        return python

    def _build(self) -> None:
        """Kafka Streams, where Java's tools are."""
        absent = [tool for tool in ("mvn", "javac", "java") if shutil.which(tool) is None]
        if absent:
            raise OSError(f"{', '.join(absent)} not found")
        folder = self.folder / "ks"
        mark = hashlib.sha256((folder / "P.java").read_bytes() + (folder / "pom.xml").read_bytes()).hexdigest()
        built = folder / "built"
        if built.exists() and built.read_text() == mark:
            return
        self.ground.say("Kafka Streams' program is built (once, about half a minute)")
        argv = ["mvn", "-q", "package", "dependency:copy-dependencies", "-DoutputDirectory=libs"]
        subprocess.run(argv, cwd=folder, check=True, capture_output=True, timeout=BUILD_S)
        built.write_text(mark)

    def fill(self) -> None:
        """Input for all of them."""
        runnable = [peer for peer in PEERS if peer.name not in self.missing]
        counts = {job: max((self._target(p) for p in runnable if p.job == job), default=0) for job in INPUTS}
        if not any(counts.values()):
            return
        self.ground.say(f"the peers' input is written: {counts['J1']:,} events, {counts['J2']:,} activities")
        argv = [str(self.python), str(Path(__file__).with_name("peer_fill.py"))]
        argv += [str(counts[job] * 21 // 20) for job in INPUTS]
        environ = os.environ | self._environ() | {"PYTHONPATH": str(self.folder)}
        subprocess.run(argv, cwd=self.folder, check=True, timeout=BUILD_S, env=environ)

    def _target(self, peer: Peer) -> int:
        return self.ground.pick(peer.quick, peer.full)

    def _environ(self) -> dict[str, str]:
        return {"PEERS_KAFKA": self.ground.kafka.bootstrap}

    def measure(self, peer: Peer) -> dict[str, Any]:
        """One peer's figures, or ``{"missing": reason}``."""
        if peer.name in self.missing:
            return {"missing": self.missing[peer.name]}
        run = secrets.token_hex(3)
        names = [f"p-out-{run}"]
        if peer.job == "J2":
            names += [f"{names[0]}-{department}" for department in DEPARTMENTS]
        admin = AdminClient(self.ground.kafka.librdkafka(), logger=LOG)
        for future in admin.create_topics([NewTopic(name, 4, 1) for name in names]).values():
            future.result(30)
        try:
            found = self._run(peer, run, names[0])
        except PlatformError as error:
            return {"missing": str(error)}
        finally:
            shutil.rmtree(self.folder / "state", ignore_errors=True)
            ours = [name for name in admin.list_topics(timeout=10).topics if run in name]
            for future in admin.delete_topics(ours).values():
                future.result(30)
        if peer.job == "J2":  # told by input, as ours is
            found["per_s"] = round(found["per_s"] * REPEATS)
            found["cpu_s_per_million"] = round(found["cpu_s_per_million"] / REPEATS, 1)
            found["broker_cpu_s_per_million"] = round(found["broker_cpu_s_per_million"] / REPEATS, 1)
        return found | {"guarantee": peer.about}

    def _run(self, peer: Peer, run: str, output: str) -> dict[str, Any]:
        environ = os.environ | self._environ() | peer.environ
        environ |= {"IN": INPUTS[peer.job], "OUT": output, "RID": run, "PYTHONUNBUFFERED": "1"}
        log = self.folder / f"{peer.name}-{peer.job}.log"
        (self.folder / "state").mkdir(exist_ok=True)
        with log.open("wb") as file:
            process = subprocess.Popen(
                self._argv(peer), cwd=self.folder, env=environ, stdout=file, stderr=file, start_new_session=True
            )
        try:
            seen = stable_count(self.ground.kafka, output)
            return follow(self.ground, [process], seen, self._target(peer), patience_s=self.ground.pick(15, 40))
        except PlatformError as error:
            raise fail(f"{error}; its log ends: {_tail(log)}") from error
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _argv(self, peer: Peer) -> list[str]:
        if peer.argv[0] != "java":
            return [str(self.python), *peer.argv]
        path = os.pathsep.join((str(self.folder / "ks" / "target" / "classes"), str(self.folder / "ks" / "libs" / "*")))
        temporary = f"-Djava.io.tmpdir={self.ground.home}"
        return ["java", *JAVA, temporary, "-cp", path, "P", *peer.argv[1:]]


def _last(error: Exception) -> str:
    told = getattr(error, "stderr", None) or getattr(error, "stdout", None)
    lines = told.decode(errors="replace").strip().splitlines() if told else []
    return lines[-1] if lines else str(error)


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it is empty"
