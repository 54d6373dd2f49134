from gateway.policy.models.privacy import ProfileEntry
from gateway.policy.profiles import resolved

PROFILES = {
    "base": ProfileEntry(entities={"default": "mask", "EMAIL": "block"}, output="leave"),
    "nearer": ProfileEntry(extends="base", languages=("fr",), entities={"PERSON": "allow"}),
}


def test_what_a_profile_does_not_say_is_as_in_the_one_it_extends():
    found = resolved(PROFILES, "nearer")
    assert (found.entities["PERSON"], found.entities["EMAIL"], found.entities["IBAN"]) == (
        "allow",
        "block",
        "mask",
    )
    assert (found.languages, found.output) == (frozenset({"fr"}), "leave")


def test_what_nobody_says_is_as_documented():
    found = resolved({"p": ProfileEntry()}, "p")
    assert (found.entities["PERSON"], found.entities["URL"]) == ("redact", "allow")
    assert (found.languages, found.output, found.unread, found.on_failure) == (
        None,
        "restore",
        "flag",
        "block",
    )
