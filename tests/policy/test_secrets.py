from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from gateway.policy.secrets import (
    MAX_SECRET_BYTES,
    Malformed,
    Missing,
    Secret,
    Unusable,
    check,
    references,
    resolve,
)


class Unread(dict[str, str]):
    """Variables whose values may not be looked at."""

    def __getitem__(self, name: str) -> str:
        raise AssertionError(f"the value of {name} was read")


def test_a_secret_does_not_show_itself():
    secret = Secret("sk-123")
    assert "sk-123" not in f"{secret} {secret!r} {secret:>30} {[secret]}"
    assert secret.reveal() == "sk-123"


@pytest.mark.parametrize("make", [pickle.dumps, copy.deepcopy])
def test_a_secret_can_not_be_pickled_or_copied(make: object):
    assert callable(make)
    with pytest.raises(TypeError, match="can't be pickled"):
        make(Secret("sk-123"))


def test_secrets_are_equal_by_value():
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


def test_a_reference_may_be_the_whole_or_a_part():
    environment = {"HOST": "example.com", "V": "v1"}
    assert resolve("https://${HOST}/${V}", environment) == "https://example.com/v1"


def test_text_without_references_is_itself():
    assert resolve("a $b {c}", {}) == "a $b {c}"


def test_a_value_is_not_searched_for_references():
    assert resolve("${A}", {"A": "${B}"}) == "${B}"


def test_a_file_is_read_without_the_white_space_around(tmp_path: Path):
    (tmp_path / "key").write_text(" sk-1\n")
    assert resolve(f"${{file:{tmp_path}/key}}", {}) == "sk-1"


@pytest.mark.parametrize(
    "text", ["${", "${A", "${}", "${A-B}", "${1A}", "${env:A}", "${file:key}", "${ A }", "${a${B}}"]
)
def test_anything_else_between_braces_is_malformed(text: str):
    with pytest.raises(Malformed):
        references(text)


@pytest.mark.parametrize("name", ["GATEWAY_SECRET_KEY", "GATEWAY_X", "gateway_secret_key"])
def test_the_gateways_own_settings_can_not_be_referred_to(name: str):
    with pytest.raises(Malformed, match="the gateway's own setting"):
        resolve(f"${{{name}}}", {name: "x"})


def test_checking_looks_at_no_value():
    check("${A}", Unread(A="x"))
    with pytest.raises(AssertionError):
        resolve("${A}", Unread(A="x"))


def test_checking_reads_no_file(tmp_path: Path):
    (tmp_path / "key").write_bytes(b"\xff")
    check(f"${{file:{tmp_path}/key}}", {})
    with pytest.raises(Unusable):
        resolve(f"${{file:{tmp_path}/key}}", {})


def test_a_variable_or_file_that_is_not_there_is_missing(tmp_path: Path):
    with pytest.raises(Missing, match="the environment variable A is not set"):
        check("${A}", {})
    with pytest.raises(Missing, match="is not there"):
        check(f"${{file:{tmp_path}/key}}", {})


def test_an_empty_value_is_missing(tmp_path: Path):
    (tmp_path / "key").write_text("\n")
    with pytest.raises(Missing, match="the environment variable A is empty"):
        resolve("${A}", {"A": " "})
    with pytest.raises(Missing, match="is empty"):
        resolve(f"${{file:{tmp_path}/key}}", {})


def test_a_file_that_is_too_large_is_unusable(tmp_path: Path):
    (tmp_path / "key").write_text("x" * (MAX_SECRET_BYTES + 1))
    with pytest.raises(Unusable, match="larger than 64 KiB"):
        resolve(f"${{file:{tmp_path}/key}}", {})


@pytest.mark.parametrize("name", ["secret.key", "sub/../secret.key", "gateway.db"])
def test_a_policy_may_not_read_the_gateways_own_files(tmp_path: Path, name: str):
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (data / "secret.key").write_text("the installation's secret")
    (data / "gateway.db").write_text("records")
    link = tmp_path / "link"
    link.symlink_to(data / "secret.key")
    environment = {"GATEWAY_DATA": str(data)}
    for path in (f"{data}/{name}", str(link), "/proc/self/environ"):
        with pytest.raises(Unusable, match="the gateway's own file"):
            resolve(f"${{file:{path}}}", environment)
