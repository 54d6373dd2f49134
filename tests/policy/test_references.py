from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.folder import ECHO, faults, loaded

P = "providers: {echo: {dialect: echo}}\n"


def only(folder: Path, text: str) -> str:
    (line,) = faults(folder, text)
    return line.partition(": ")[2]


def test_a_role_of_a_team_must_exist(tmp_path: Path):
    text = "roles: {analyst: {}}\nteams: {t: {roles: [analist]}}\n"
    assert only(tmp_path, text) == "there is no role `analist`: expected analyst; did you mean `analyst`?"


def test_a_team_may_use_the_trial_role(tmp_path: Path):
    assert loaded(tmp_path, "teams: {t: {roles: [trial]}}\n").teams["t"].roles == frozenset({"trial"})


def test_the_default_model_of_a_team_must_exist(tmp_path: Path):
    text = P + "models: {fast: {targets: [{to: echo/x}]}}\nteams: {t: {default_model: fats}}\n"
    assert only(tmp_path, text) == "there is no model `fats`: expected fast; did you mean `fast`?"


def test_a_default_model_may_be_one_that_a_glob_leads_to(tmp_path: Path):
    text = P + "models: {'e-*': {targets: [{to: 'echo/*'}]}}\nteams: {t: {default_model: e-x}}\n"
    assert loaded(tmp_path, text).teams["t"].default_model == "e-x"


def test_the_provider_of_a_target_must_exist(tmp_path: Path):
    assert only(tmp_path, P + "models: {m: {targets: [{to: ecco/x}]}}\n").startswith(
        "there is no provider `ecco`"
    )


def test_where_nothing_is_declared_the_message_says_so(tmp_path: Path):
    assert only(tmp_path, "models: {m: {targets: [{to: p/x}]}}\n") == (
        "there is no provider `p`: no provider is declared"
    )


def test_a_fallback_must_exist(tmp_path: Path):
    text = P + "models: {fast: {targets: [{to: echo/x}], fallbacks: [slow]}}\n"
    assert only(tmp_path, text).startswith("there is no model `slow`: expected fast")


def test_a_fallback_may_be_a_name_that_a_glob_matches(tmp_path: Path):
    text = P + "models: {a: {targets: [{to: echo/x}], fallbacks: [b-1]}, b-*: {targets: [{to: echo/*}]}}\n"
    assert loaded(tmp_path, text).models["a"].fallbacks == ("b-1",)


def test_a_fallback_can_not_be_a_glob(tmp_path: Path):
    text = P + "models: {a: {targets: [{to: echo/x}], fallbacks: [b-*]}, b-*: {targets: [{to: echo/*}]}}\n"
    assert "a fallback can't be a glob" in only(tmp_path, text)


@pytest.mark.parametrize(
    ("models", "circle"),
    [
        ({"a": "a"}, "a → a"),
        ({"a": "b", "b": "c", "c": "a"}, "a → b → c → a"),
        ({"a": "b", "b": "c", "c": "b"}, "b → c → b"),
        ({"a-*": "a-1"}, "a-* → a-*"),
    ],
)
def test_fallbacks_that_go_round_are_named(models: dict[str, str], circle: str, tmp_path: Path):
    entries = ", ".join(
        f"{name}: {{targets: [{{to: echo/x}}], fallbacks: [{to}]}}" for name, to in models.items()
    )
    assert only(tmp_path, P + f"models: {{{entries}}}\n") == (
        f"these fallbacks go round in a circle: {circle}; remove one of them"
    )


def test_fallbacks_that_meet_without_going_round_are_fine(tmp_path: Path):
    entries = {"a": "b, c", "b": "d", "c": "d", "d": ""}
    models = ", ".join(
        f"{name}: {{targets: [{{to: echo/x}}], fallbacks: [{to}]}}" for name, to in entries.items()
    )
    assert loaded(tmp_path, P + f"models: {{{models}}}\n").models["a"].fallbacks == ("b", "c")


def test_a_star_in_a_target_needs_one_in_the_name(tmp_path: Path):
    message = only(tmp_path, P + "models: {m: {targets: [{to: echo/*}]}}\n")
    assert message.endswith("`m` is only one name: say which model")


def test_a_target_has_one_star_at_most(tmp_path: Path):
    assert "at most one *" in only(tmp_path, P + "models: {m-*: {targets: [{to: echo/*-*}]}}\n")


def test_the_same_target_twice_is_an_error(tmp_path: Path):
    message = only(tmp_path, P + "models: {m: {targets: [{to: echo/x}, {to: echo/x, weight: 2}]}}\n")
    assert message == "`echo/x` is target 1 of this model already: keep one"


@pytest.mark.parametrize(
    "wanted", ["*", "echo", "ec*", "e*o", "claude-*", "claude-haiku-4", "claude-*-4", "*-x"]
)
def test_a_role_may_name_what_some_model_can_be(wanted: str, tmp_path: Path):
    text = (
        P
        + f"models: {{echo: {{targets: [{{to: echo/echo}}]}}, claude-*: {{targets: [{{to: echo/*}}]}}}}\nroles: {{r: {{models: ['{wanted}']}}}}\n"
    )
    assert loaded(tmp_path, text).roles["r"].models == (wanted,)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("eco", "there is no model `eco`: expected echo; did you mean `echo`?"),
        ("gpt-*", "there is no model that matches `gpt-*`: expected echo"),
    ],
)
def test_a_role_that_names_what_no_model_can_be_is_an_error(wanted: str, message: str, tmp_path: Path):
    assert only(tmp_path, ECHO + f"roles: {{r: {{models: ['{wanted}']}}}}\n") == message


def test_the_name_of_the_trial_role_is_taken(tmp_path: Path):
    assert "the built-in role of the trial key" in only(tmp_path, "roles: {trial: {}}\n")


def test_the_names_of_managed_prompts_are_taken(tmp_path: Path):
    message = only(tmp_path, P + "models: {'prompt:x': {targets: [{to: echo/x}]}}\n")
    assert "mean managed prompts" in message


IDP = '{issuer: "https://id", audience: a, algorithms: [RS256], claims: {roles: groups}'


def test_a_role_that_tokens_get_must_exist(tmp_path: Path):
    text = f"roles: {{analyst: {{}}}}\nidentity_providers: {{i: {IDP}, role_map: {{all staff: analist}}}}}}\n"
    assert only(tmp_path, text) == "there is no role `analist`: expected analyst; did you mean `analyst`?"


def test_no_token_gets_the_role_of_the_trial_key(tmp_path: Path):
    text = f"identity_providers: {{i: {IDP}, role_map: {{staff: trial}}}}}}\n"
    assert only(tmp_path, text).startswith("there is no role `trial`")


def test_one_issuer_has_one_provider(tmp_path: Path):
    text = f"identity_providers:\n  one: {IDP}}}\n  two: {IDP}}}\n"
    assert only(tmp_path, text) == "the issuer of `one` already: keep one of the two"


HASH = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("roles: [x]", "there is no role `x`: expected r"),
        ("roles: [r], team: x", "there is no team `x`: expected t"),
    ],
)
def test_the_roles_and_the_team_of_a_declared_key_must_exist(facts: str, said: str, tmp_path: Path):
    text = f"roles: {{r: {{}}}}\nteams: {{t: {{}}}}\nkeys: {{k: {{hash: {HASH}, expires: never, {facts}}}}}\n"
    assert only(tmp_path, text) == said


def test_a_key_is_declared_once(tmp_path: Path):
    key = f"{{hash: {HASH}, expires: never, roles: [trial]}}"
    assert only(tmp_path, f"keys:\n  a: {key}\n  b: {key}\n") == "this is the key `a` already: keep one"


@pytest.mark.parametrize("key", ["issuer", "jwks_uri"])
def test_keys_that_can_never_be_fetched_are_an_error(key: str, tmp_path: Path):
    idp = IDP.replace("https://id", "http://id") if key == "issuer" else IDP + ', jwks_uri: "http://id/keys"'
    text = f"identity_providers:\n  i: {idp}}}\n"
    assert only(tmp_path, text).startswith("http is only for networks that `egress.allow` lists")
    (tmp_path / "b.yaml").write_text('egress: {allow: ["10.0.0.0/8"]}\n')
    assert loaded(tmp_path, text).egress
