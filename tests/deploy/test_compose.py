"""The Compose files: their shape, and that all they name exists. No engine is needed."""

from __future__ import annotations

import re
import shutil
import subprocess

import msgspec
import pytest
import typer
import yaml

from commonline.cli.main import COMMANDS, app
from commonline.configuration.load import load as load_configuration
from commonline.local.artifacts import load_lock
from commonline.local.properties import SETTINGS
from commonline.local.services import METRICS_PORTS
from commonline.topics import TABLE
from tests.deploy.shape import FILE, ROOT, SECURE, load

PASSWORD = {"KAFKA_PASSWORD": "kettle"}


def test_the_files_have_the_form_of_the_specification() -> None:
    assert set(METRICS_PORTS) < set(load().services)
    assert set(load(SECURE, **PASSWORD).services) == {"kafka", *load().ours}


def test_a_misspelt_key_is_found() -> None:
    text = FILE.read_text().replace("healthcheck:", "healthchek:", 1)
    tree = {key: one for key, one in yaml.safe_load(text).items() if not key.startswith("x-")}
    with pytest.raises(msgspec.ValidationError, match="healthchek"):
        msgspec.convert(tree, type(load()))


def test_images_are_pinned_and_those_of_the_lock() -> None:
    images = {name: one.image or "" for name, one in load().services.items()}
    assert [name for name, image in images.items() if not re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+", image)] == []
    assert images["kafka"] == f"apache/kafka:{load_lock('kafka').version}"
    assert images["registry"] == f"apicurio/apicurio-registry:{load_lock('apicurio').version}"


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for one in load().services.values() for port in one.ports]
    assert len(ports) >= 5
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert len({port.split(":")[1] for port in ports}) == len(ports)


def test_services_wait_for_what_exists() -> None:
    services = load().services
    for one in services.values():
        assert set(one.depends_on) <= set(services)
        if isinstance(one.depends_on, dict):
            for other, condition in one.depends_on.items():
                if condition.condition == "service_healthy":
                    assert services[other].healthcheck is not None


def test_volumes_and_files_that_are_mounted_exist() -> None:
    found = load()
    for one in found.services.values():
        for volume in one.volumes:
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in found.volumes
    assert {mounted.source for one in found.ours.values() for mounted in one.configs} == set(found.configs)
    assert load_configuration(ROOT / found.configs["commonline"].file).sources


def parameters(path: list[str]) -> set[str]:
    """Options of one of our commands."""
    command = typer.main.get_command(app)
    context = command.make_context("commonline", [], resilient_parsing=True)
    for name in path:
        command = command.get_command(context, name)  # type: ignore[attr-defined]
    return {option for one in command.params for option in one.opts}


@pytest.mark.parametrize("name", load().ours)
def test_commands_exist_and_know_their_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = load().ours[name].command or []
    path = [word for word in words if not word.startswith("-") and not re.search(r"[.:]", word)]
    monkeypatch.setattr("sys.argv", ["commonline", *path])
    assert {word for word in words if word.startswith("--")} <= parameters(path)
    assert path[0] in COMMANDS


def test_our_containers_may_do_little() -> None:
    ours = load().ours
    assert set(ours) == {"topics", *METRICS_PORTS}
    for one in ours.values():
        assert one.read_only
        assert one.cap_drop == ["ALL"]
        assert one.security_opt == ["no-new-privileges:true"]
        assert one.build
        assert (ROOT / one.build.dockerfile).is_file()


def test_variables_are_those_of_the_reference() -> None:
    known = set(re.findall(r"COMMONLINE_[A-Z_]+", (ROOT / "docs/reference/configuration.md").read_text()))
    for file in (load(), load(SECURE, **PASSWORD)):
        given = {key for one in file.services.values() for key in one.environment if key.startswith("COMMONLINE_")}
        assert given
        assert given <= known


def test_prometheus_scrapes_every_service_where_it_answers() -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"][0]
    targets = {one["labels"]["service"]: one["targets"] for one in scraped["static_configs"]}
    assert targets == {name: [f"{name}:{port}"] for name, port in METRICS_PORTS.items()}
    ours = load().ours
    for name, port in METRICS_PORTS.items():
        assert ours[name].environment["COMMONLINE_METRICS"] == f"0.0.0.0:{port}"


def test_the_health_check_asks_the_port_that_is_served() -> None:
    for name in METRICS_PORTS:
        check = load().ours[name].healthcheck
        assert check is not None
        assert check.test[:3] == ["CMD", "python", "-c"]
        compile(check.test[3], "healthcheck", "exec")


def kafka_properties(environment: dict[str, str]) -> dict[str, str]:
    """What Kafka's image makes of its variables: three underscores a dash, two an underscore, one a dot."""
    made = {}
    for key, value in environment.items():
        name = key.removeprefix("KAFKA_").lower().replace("___", "-").replace("__", "\0").replace("_", ".")
        made[name.replace("\0", "_")] = value
    return made


def test_the_broker_takes_our_largest_records_and_creates_nothing_by_itself() -> None:
    found = kafka_properties(load().services["kafka"].environment)
    assert int(found["message.max.bytes"]) > max(topic.max_bytes for topic in TABLE)
    assert found["auto.create.topics.enable"] == "false"


def test_settings_shared_with_the_broker_from_packages_are_the_same() -> None:
    found = kafka_properties(load().services["kafka"].environment)
    other = {"listener.security.protocol.map"}
    mine = {setting.key: setting.value for setting in SETTINGS if setting.key not in other}
    shared = found.keys() & mine.keys()
    assert len(shared) > 8
    assert {key: found[key] for key in shared} == {key: mine[key] for key in shared}


@pytest.mark.parametrize("files", [[FILE], [FILE, SECURE]], ids=["plain", "secure"])
def test_docker_compose_itself_agrees(files: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    docker = shutil.which("docker")
    asked = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    if not asked:
        pytest.skip("there is no docker compose here; it needs no engine for this")
    monkeypatch.setenv("KAFKA_PASSWORD", "kettle")
    argv = [str(docker), "compose", *(word for file in files for word in ("--file", str(file))), "config", "--quiet"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
