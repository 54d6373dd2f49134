from gateway.policy.match import Facts
from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.protection import Action, Privacy, Protection, privacy_of

PROFILES = {
    "secrets-only": {"entities": {"default": "allow", "SECRET": "block"}},
    "standard": {"languages": ["en", "fr"], "entities": {"default": "redact", "SECRET": "block"}},
    "strict": {"extends": "standard", "entities": {"default": "block", "PERSON": "mask"}, "unread": "block"},
    "quiet": {"extends": "standard", "languages": ["de"], "output": "leave", "on_failure": "allow"},
}
RULES = [
    {"name": "own", "match": {"provider": "vllm"}, "profile": "secrets-only", "reason": "ours"},
    {"name": "legal", "match": {"team": "legal"}, "profile": "strict"},
    {"name": "german", "match": {"model": "deutsch"}, "profile": "quiet"},
]


def privacy(**changes: object) -> Privacy:
    entry = {"default": "standard", "profiles": PROFILES, "rules": RULES} | changes
    found = privacy_of(PrivacyEntry.model_validate(_frozen(entry)))
    assert found is not None
    return found


def _frozen(value: object) -> object:
    """Lists as tuples, as the reader of policies gives them."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def of(facts: Facts, *others: Facts) -> Protection:
    found = privacy().protection_for(facts, *others)
    assert found is not None
    return found


def test_without_a_rule_and_a_default_nothing_is_asked_for():
    assert privacy_of(PrivacyEntry.model_validate({"profiles": _frozen(PROFILES)})) is None
    assert privacy(default=None).protection_for(Facts(provider="openai")) is None


def test_where_no_rule_matches_the_default_applies():
    found = of(Facts(provider="openai"))
    assert found.rules == ("default",)
    assert found.actions.of("PERSON") is Action.REDACT
    assert found.actions.of("SECRET") is Action.BLOCK
    assert found.actions.of("URL") is Action.ALLOW
    assert "URL" not in found.entities
    assert found.languages == frozenset({"en", "fr"})
    assert (found.restores, found.redacts, found.unread, found.fails_open) == (True, True, "flag", False)


def test_a_rule_that_matches_stands_in_the_place_of_the_default():
    found = of(Facts(provider="vllm"))
    assert found.rules == ("own",)
    assert found.entities == {"SECRET"}
    assert not found.redacts


def test_of_all_that_match_the_strictest_action_wins_for_each_kind():
    found = of(Facts(provider="vllm", team="legal"))
    assert found.rules == ("own", "legal")
    assert found.actions.of("EMAIL") is Action.BLOCK
    assert found.actions.of("PERSON") is Action.MASK
    assert found.unread == "block"


def test_languages_unite_and_leave_beats_restore():
    found = of(Facts(team="legal", model="deutsch"))
    assert found.languages == frozenset({"en", "fr", "de"})
    assert not found.restores
    assert not found.fails_open, "one of the two does not let a call pass"
    assert of(Facts(provider="vllm", team="legal")).languages is None, "one looks for all of them"


def test_what_applies_to_any_of_several_facts_applies():
    both = of(Facts(provider="vllm"), Facts(provider="openai"))
    assert both.rules == ("own", "default")
    assert both.actions.of("EMAIL") is Action.REDACT


def test_the_same_rules_give_the_same_object():
    rules = privacy()
    assert rules.protection_for(Facts(team="legal")) is rules.protection_for(Facts(team="legal", user="anna"))


def test_all_that_any_rule_looks_for_is_known():
    assert "EMAIL" in privacy().every()[-1].entities
    assert [each.entities for each in privacy(default=None, rules=RULES[:1]).every()] == [{"SECRET"}] * 2


def test_what_only_the_policys_own_recognizers_find_is_looked_for():
    own = privacy(recognizers={"badge": {"entity": "BADGE", "patterns": ["BX-[0-9]{4}"]}})
    found = own.protection_for(Facts(team="legal"))
    assert found is not None and found.actions.of("BADGE") is Action.BLOCK
    assert "BADGE" in found.entities and list(found.recognizers) == ["badge"]
