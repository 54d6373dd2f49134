"""What the image and the files beside it rely on is there. Nothing is built here."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import yaml

from gateway.settings import Settings

ROOT = Path(__file__).parents[2]


def test_all_that_the_image_copies_is_there_and_sent_to_the_builder():
    sources = [
        word.rstrip("/")
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert "gateway" in sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, one) for one in sent), source


def test_the_image_gets_what_is_locked_and_the_driver_of_postgresql():
    def names(file: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / file).read_text(), re.MULTILINE))

    assert names("image.txt") - names("runtime.txt") >= {"psycopg", "psycopg-binary"}
    assert names("runtime.txt") <= names("image.txt")


def test_every_setting_that_is_given_is_one():
    known = {f"GATEWAY_{name.upper()}" for name in Settings.model_fields}
    texts = [ROOT / "Dockerfile", ROOT / "compose.yaml", *(ROOT / "helm").rglob("*.yaml")]
    given = {name for text in texts for name in re.findall(r"\bGATEWAY_[A-Z_]+[A-Z]\b", text.read_text())}
    given |= {f"GATEWAY_{name}" for name in re.findall(r'"name" "([A-Z_]+)"', texts[-1].read_text())}
    assert len(given) > 8
    assert given <= known


def test_the_gateways_on_a_laptop_differ_in_nothing_but_their_place():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    one, two = (
        {k: v for k, v in services[name].items() if k not in ("ports", "volumes")} for name in ("one", "two")
    )
    assert one == two
    assert one["read_only"] is True and one["cap_drop"] == ["ALL"]


def test_the_chart_is_of_this_version():
    chart = yaml.safe_load((ROOT / "helm" / "portcullis" / "Chart.yaml").read_text())
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert chart["appVersion"] == version[1]
