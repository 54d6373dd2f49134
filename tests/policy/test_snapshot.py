from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import (
    MAX_MODEL_NAME_CHARS,
    MAX_REMEMBERED_HOLDERS,
    MAX_REMEMBERED_NAMES,
    Model,
    Policy,
    Provider,
    Target,
)
from tests.policy.folder import loaded

ONE = Provider("one", "openai", "https://one/v1")


def model(name: str, *targets: str) -> Model:
    return Model(name, tuple(Target(f"one/{target}", ONE, target) for target in targets))


def policy(*models: Model) -> Policy:
    return Policy("r", models={each.name: each for each in models})


def chosen(policy: Policy, asked: str) -> str | None:
    found = policy.model_for(asked)
    return found.name if found else None


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("claude-haiku", "claude-haiku"),
        ("claude-haiku-4", "claude-haiku-*"),
        ("claude-opus", "claude-*"),
        ("claude-opus-x", "claude-*-x"),
        ("gpt", "*"),
    ],
)
def test_an_exact_name_comes_first_and_then_the_most_specific_glob(asked: str, name: str):
    found = policy(
        *(model(each, "m") for each in ["*", "claude-*", "claude-*-x", "claude-haiku-*", "claude-haiku"])
    )
    assert chosen(found, asked) == name


def test_a_name_that_nothing_matches_has_no_model():
    assert policy(model("fast", "m")).model_for("slow") is None


def test_the_asked_name_stands_in_for_the_star_of_a_target():
    found = policy(model("claude-*", "*", "fixed")).model_for("claude-opus-4")
    assert found is not None
    assert [(target.name, target.model) for target in found.targets] == [
        ("one/claude-opus-4", "claude-opus-4"),
        ("one/fixed", "fixed"),
    ]


@pytest.mark.parametrize(
    ("name", "target", "asked", "sent"),
    [
        ("local/*", "*", "local/llama3:8b", "llama3:8b"),
        ("local/*", "*", "local/meta/llama", "meta/llama"),
        ("a/b/c-*", "*", "a/b/c-1", "c-1"),
        ("*/x", "*", "a/x", "a/x"),
        ("meta/*", "meta/*", "meta/llama", "meta/llama"),
        ("fast-*", "org/*-v1", "fast-2", "org/fast-2-v1"),
    ],
)
def test_the_folder_that_a_glob_begins_with_is_not_sent(name: str, target: str, asked: str, sent: str):
    found = policy(model(name, target)).model_for(asked)
    assert found is not None
    assert found.targets[0].model == sent


def test_a_folder_alone_is_no_model():
    assert policy(model("local/*", "*")).model_for("local/") is None


@pytest.mark.parametrize(
    "asked",
    ["gpt-4o-/../gpt-5", "gpt-4o-/./x", "gpt-4o-a//b", "gpt-4o-a/", "gpt-4o-/..", "gpt-4o-a\n", "gpt-4o-\0"],
)
def test_behind_a_glob_no_name_leads_elsewhere_in_a_path(asked: str):
    assert policy(model("gpt-4o-*", "*")).model_for(asked) is None


@pytest.mark.parametrize("asked", ["../x", "..", ".", "/x", ""])
def test_nor_does_one_behind_the_glob_of_everything(asked: str):
    assert policy(model("*", "*")).model_for(asked) is None


@pytest.mark.parametrize("asked", ["org/model", "org/a/model-v1.5", "a..b", "ft:gpt-4o:org::id"])
def test_behind_a_glob_names_have_slashes_dots_and_colons(asked: str):
    found = policy(model("*", "*")).model_for(asked)
    assert found is not None
    assert found.targets[0].model == asked


@pytest.mark.parametrize("asked", ["claude-*", "*", "x" * (MAX_MODEL_NAME_CHARS + 1)])
def test_a_glob_or_an_endless_name_can_not_be_asked_for(asked: str):
    assert policy(model("*", "*"), model("claude-*", "*")).model_for(asked) is None


def test_targets_that_are_off_are_named_as_they_were_asked_for():
    found = policy(Model("claude-*", (), off=("anthropic/*",))).model_for("claude-opus")
    assert found is not None
    assert found.off == ("anthropic/claude-opus",)


def test_hostile_names_do_not_fill_the_memory():
    found = policy(model("*", "*"))
    for number in range(3 * MAX_REMEMBERED_NAMES):
        found.model_for(f"name-{number}")
    assert len(found._remembered) <= MAX_REMEMBERED_NAMES


def test_what_was_found_once_is_found_again():
    found = policy(model("*", "*"))
    assert found.model_for("a") is found.model_for("a")


def test_a_role_or_team_that_is_not_declared_is_none():
    assert Policy("r").role("x") is None
    assert Policy("r").team("x") is None


def test_a_snapshot_is_frozen(tmp_path: Path):
    found = loaded(tmp_path, "teams: {t: {}}\n")
    with pytest.raises(FrozenInstanceError):
        found.revision = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.teams["u"] = found.teams["t"]  # type: ignore[index]


HOLDERS = Policy(
    "r",
    teams={"t": Team("t", roles=frozenset({"small"})), "free": Team("free")},
    roles={
        "small": Role("small", max_output_tokens=5),
        "large": Role("large", max_output_tokens=50),
        "endless": Role("endless"),
    },
)


def test_of_the_roles_that_are_held_the_highest_cap_comes_first():
    """So it is not the order of a key's roles that decides how much it may ask for."""
    held = HOLDERS.held(None, ("small", "large", "gone", "endless"))
    assert held is not None
    assert [role.name for role in held] == ["endless", "large", "small"]


def test_a_team_holds_what_its_ceiling_leaves_and_one_that_is_not_declared_nothing():
    held = HOLDERS.held("t", ("large", "small"))
    assert held is not None
    assert [role.name for role in held] == ["small"]
    assert HOLDERS.held("gone", ("large",)) is None
    assert HOLDERS.held("free", ()) == ()


def test_what_somebody_holds_is_found_out_once():
    assert HOLDERS.held("free", ("large",)) is HOLDERS.held("free", ("large",))


def test_holders_that_are_remembered_are_few():
    found = Policy("r", roles={"a": Role("a")})
    for number in range(MAX_REMEMBERED_HOLDERS + 1):
        found.held(None, ("a", str(number)))
    assert len(found._held) == 1
