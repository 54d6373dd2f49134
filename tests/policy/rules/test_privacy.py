from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.models.entities import DEFAULT, ENTITIES
from gateway.policy.models.privacy import ProfileEntry
from gateway.policy.profiles import STRICTEST_FIRST, Profile, resolved
from gateway.policy.rules.privacy import weaker_in
from tests.policy.whole import load, one, said

REASON = "\n      reason: runs in our own data centre"
SECRETS = "secrets-only: {entities: {default: allow, SECRET: block}}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("default: standard", "default: standrad", "standrad: there is no profile `standrad`: expected secrets-only, standard or strict; did you mean `standard`?"),
        ("extends: standard", "extends: standrad", "standrad, entities: {default: block}, unread: block}: there is no profile"),
        ("profile: strict", "profile: stict", "stict}: there is no profile `stict`"),
        ("extends: standard", "extends: strict", "these profiles extend each other in a circle: strict → strict; remove one `extends`"),
    ],
)  # fmt: skip
def test_a_profile_that_is_not_there_is_a_fault(old: str, new: str, message: str, tmp_path: Path):
    assert message in one(tmp_path, (old, new))


def test_two_profiles_may_not_extend_each_other(tmp_path: Path):
    line = one(tmp_path, ("output: restore", "extends: strict"))
    assert "circle: standard → strict → standard" in line


def test_a_rule_that_protects_less_needs_a_reason(tmp_path: Path):
    assert one(tmp_path, (REASON, "")) == (
        "secrets-only: `secrets-only` protects less than the default profile `standard` "
        "(PERSON, EMAIL, PHONE and 9 more): say why in `reason`, or take a stricter one"
    )


@pytest.mark.parametrize("claim", ["use_case: faq", "tag: a=b", "end_user: u"])
def test_nobody_is_protected_less_for_what_a_request_says_of_itself(claim: str, tmp_path: Path):
    line = one(tmp_path, ("match: {provider: vllm}", f"match: {{provider: vllm, {claim}}}"))
    assert "is what a request says of itself: match on what the key or token proves" in line


@pytest.mark.parametrize(
    ("weak", "what"),
    [
        ("{extends: standard, languages: [en]}", "languages"),
        ("{extends: standard, on_failure: allow}", "on_failure"),
        ("{extends: standard, unread: allow}", "unread"),
        ("{extends: standard, entities: {IBAN: mask}}", "IBAN"),
    ],
)
def test_less_in_one_thing_is_less(weak: str, what: str, tmp_path: Path):
    line = one(tmp_path, (REASON, ""), (SECRETS, f"secrets-only: {weak}"))
    assert f"standard` ({what})" in line


@pytest.mark.parametrize(
    "strong",
    [
        "{extends: standard}",
        "{extends: standard, languages: [en, fr, de, es, it]}",
        "{entities: {default: block}, languages: [en, fr, de, es]}",
        "{extends: strict, output: leave}",
    ],
)
def test_as_much_or_more_needs_no_reason(strong: str, tmp_path: Path):
    assert said(tmp_path, (REASON, ""), (SECRETS, f"secrets-only: {strong}")) == []


RECOGNIZERS = "  recognizers: {badge: {entity: BADGE, patterns: ['BX-[0-9]{4}']}}\n"
DEFAULT_LINE = "  default: standard\n"


def test_a_kind_that_no_recognizer_declares_is_a_slip(tmp_path: Path):
    slip = ("SECRET: block, DATE_TIME", "SECRET: block, BADGES: mask, DATE_TIME")
    assert one(tmp_path, slip).startswith(
        "BADGES: mask, DATE_TIME: allow}: there is no kind of data `BADGES`: expected"
    )
    line = one(tmp_path, slip, (DEFAULT_LINE, DEFAULT_LINE + RECOGNIZERS))
    assert line.endswith("or a kind that one of `privacy.recognizers` declares; did you mean `BADGE`?")


def test_a_kind_of_ones_own_is_on_by_default_and_may_be_named(tmp_path: Path):
    named = ("SECRET: block, DATE_TIME", "SECRET: block, BADGE: mask, DATE_TIME")
    assert said(tmp_path, named, (DEFAULT_LINE, DEFAULT_LINE + RECOGNIZERS)) == []
    entries = {"usual": ProfileEntry(), "named": ProfileEntry(entities={"BADGE": "mask"})}
    assert resolved(entries, "usual", {"BADGE"}).entities["BADGE"] == "redact"
    assert resolved(entries, "named", {"BADGE"}).entities["BADGE"] == "mask"


def test_to_allow_what_the_default_redacts_is_less_for_ones_own_kinds_too(tmp_path: Path):
    weak = (SECRETS, "secrets-only: {extends: standard, entities: {BADGE: allow}}")
    line = one(tmp_path, (REASON, ""), weak, (DEFAULT_LINE, DEFAULT_LINE + RECOGNIZERS))
    assert "standard` (BADGE)" in line


def test_a_model_less_is_less(tmp_path: Path):
    weak = (SECRETS, "secrets-only: {extends: standard, ner: {}}")
    strong = ("output: restore", "output: restore\n      ner: {en: en_core_web_sm}")
    assert "standard` (ner)" in one(tmp_path, (REASON, ""), weak, strong)


def test_a_pattern_that_re2_refuses_is_told_with_its_place(tmp_path: Path):
    line = one(tmp_path, (DEFAULT_LINE, DEFAULT_LINE + RECOGNIZERS.replace("BX-", "(?=BX)")))
    assert line.startswith(
        "'(?=BX)[0-9]{4}']}}: privacy.recognizers.badge.patterns[0]: expected a regular expression"
    )


def test_without_a_default_nothing_is_less(tmp_path: Path):
    assert said(tmp_path, (REASON, ""), ("  default: standard\n", "")) == []


def profile(**value: object) -> Profile:
    entries = {
        "base": ProfileEntry.model_validate(
            {"entities": {"default": "mask", "EMAIL": "block"}, "languages": ("en",)}
        ),
        "p": ProfileEntry.model_validate({"extends": "base", **value}),
    }
    return resolved(entries, "p")


def test_what_is_not_said_is_as_in_what_is_extended_key_by_key():
    found = profile(entities={"PHONE": "hash"}, unread="block")
    assert {each: found.entities[each] for each in ("PHONE", "EMAIL", "PERSON", "URL")} == {
        "PHONE": "hash", "EMAIL": "block", "PERSON": "mask", "URL": "allow",
    }  # fmt: skip
    assert (found.languages, found.output, found.unread, found.on_failure) == (
        frozenset({"en"}), "restore", "block", "block",
    )  # fmt: skip


profiles = st.builds(
    profile,
    entities=st.dictionaries(
        st.sampled_from([DEFAULT, *ENTITIES]), st.sampled_from(STRICTEST_FIRST), max_size=4
    ),
    unread=st.sampled_from(["block", "flag", "allow"]),
    output=st.sampled_from(["restore", "leave"]),
    languages=st.lists(st.sampled_from(["en", "fr", "de"]), min_size=1).map(tuple),
)


@given(profiles, profiles, profiles)
def test_to_protect_no_less_is_an_order(one: Profile, other: Profile, third: Profile):
    assert not weaker_in(one, one)
    if not weaker_in(one, other) and not weaker_in(other, third):
        assert not weaker_in(one, third)


def test_profiles_that_no_call_can_have_are_a_warning(tmp_path: Path):
    text = "privacy: {profiles: {p: {}}%s}\n"
    [warning] = load(tmp_path, text % "").warnings
    assert warning.message.startswith("nobody is protected: ")
    for more in (text % ", default: p", text % ", rules: [{name: r, profile: p}]", "teams: {}\n"):
        assert load(tmp_path, more).warnings == ()
