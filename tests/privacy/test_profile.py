import pytest

from gateway.privacy.profile import profile_of


def test_presidios_names_are_other_names_of_ours():
    assert profile_of(["EMAIL_ADDRESS", "US_SSN"]).entities == {"EMAIL", "NATIONAL_ID"}


def test_nothing_named_is_what_is_on_by_default():
    assert "PERSON" in profile_of().entities
    assert "DATE_TIME" not in profile_of().entities


def test_profiles_that_find_the_same_have_one_fingerprint():
    assert profile_of(["EMAIL", "IP"]).fingerprint() == profile_of(["IP_ADDRESS", "EMAIL"]).fingerprint()
    assert profile_of(["EMAIL"]).fingerprint() != profile_of(["EMAIL"], ["fr"]).fingerprint()


@pytest.mark.parametrize(("entities", "languages"), [(["EMIAL"], None), (None, ["xx"]), (None, [])])
def test_what_is_unknown_is_an_error(entities: list[str] | None, languages: list[str] | None):
    with pytest.raises(ValueError, match="expected"):
        profile_of(entities, languages)
