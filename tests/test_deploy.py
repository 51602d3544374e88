"""What is deployed with Compose fits together, and its settings are ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_pipeline import FakePipeline, write_library
from served import served

from rag.settings import load_settings
from rag.settings.catalogue import catalogue
from ui.server import create_app

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
FILE = DEPLOY / "compose.yaml"
OURS = ("youju-a", "youju-b")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def test_what_a_service_names_is_there(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        assert set(service["networks"]) <= set(compose["networks"])
        assert service["restart"] == "unless-stopped"
        for volume in service["volumes"]:
            place = volume.partition(":")[0]
            assert place in compose["volumes"] or (DEPLOY / place).is_file(), volume
        for waited, how in (service["depends_on"] if name in OURS else {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in compose["services"][waited]
    published = {n for n, service in compose["services"].items() if "ports" in service}
    assert published == {"nginx"}  # nothing but the proxy is met from outside


def test_both_servers_are_one_image_over_one_library(compose: dict[str, Any]) -> None:
    first, second = (compose["services"][name] for name in OURS)
    assert first == second
    build = first["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert build["args"].keys() <= set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert build["args"]["EXTRAS"] in extras["optional-dependencies"]
    known = {name for one in catalogue().values() for name in one.environment}
    assert set(first["environment"]) <= known
    address = re.fullmatch(r"http://(\w+):19530", first["environment"]["YOUJU_LIBRARY__URL"])
    assert address
    assert address[1] in compose["services"]
    secret = first["environment"]["YOUJU_TOKEN_FILE"].removeprefix("/run/secrets/")
    assert secret in first["secrets"]
    assert secret in compose["secrets"]
    ignored = (DEPLOY / ".gitignore").read_text(encoding="utf-8").split()
    assert "secrets/" in ignored


def test_the_proxy_knows_both_and_says_what_a_proxy_says() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert re.findall(r"server (\S+):7860", text) == list(OURS)
    for header in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For"):
        assert re.search(rf"proxy_set_header {header} \$", text)


def test_the_health_check_tells_a_server_that_answers(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    check = compose["services"]["youju-a"]["healthcheck"]["test"]
    assert check[:4] == ["CMD", "python", "-P", "-c"]
    token = tmp_path / "token"
    token.write_text("let-me-in\n")
    write_library(tmp_path / "data")
    settings = load_settings(tmp_path / "data", server={"token_file": str(token)})

    def healthy(url: str) -> bool:
        code = check[4].replace("http://127.0.0.1:7860", url)
        code = code.replace("/run/secrets/youju_token", str(token))
        assert code.count(str(token)) == 1
        command = [sys.executable, "-P", "-c", code]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    with served(create_app(settings, FakePipeline, chat=False)) as url:
        assert healthy(url)
        token.write_text("another")
        assert not healthy(url)
    assert not healthy(url)


def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    known = docker and subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    )
    if not known or known.returncode:
        pytest.skip("这台机器上没有 docker compose")
    done = subprocess.run(
        [str(docker), "compose", "-f", str(FILE), "config", "--quiet"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MINIO_PASSWORD": "x" * 12},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
