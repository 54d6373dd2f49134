import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    "number",
    ["+1 (415) 555-2671", "+44 20 7946 0958", "+33 6 12 34 56 78", "+49 (0)89 1234567", "0049 30 901820", "+34 612 345 678", "+351 912 345 678"],
)  # fmt: skip
def test_a_number_with_its_country_is_found_in_any_language(number: str):
    assert found(f"at {number}, please", "it") == [("PHONE", number)]


@pytest.mark.parametrize(
    ("language", "number"),
    [
        ("en", "(415) 555-2671"),
        ("en", "020 7946 0958"),
        ("fr", "06 12 34 56 78"),
        ("de", "030/901820"),
        ("es", "612 345 678"),
        ("it", "347 123 4567"),
        ("nl", "06-12345678"),
        ("pt", "912 345 678"),
    ],
)
def test_a_number_at_home_is_found_by_its_countrys_form(language: str, number: str):
    assert found(f"at {number}, please", language) == [("PHONE", number)]


def test_bare_digits_are_a_number_only_behind_a_word():
    assert found("call me on 4155552671") == [("PHONE", "4155552671")]
    assert found("seed 4155552671") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("655 437 108 office", "655 437 108"),
        ("(37) 788-063-Fax", "(37) 788-063"),
        ("desk: +1-604-696-5272x565", "+1-604-696-5272x565"),
        ("Fax: 259.735.7502x459", "259.735.7502x459"),
        ("ring 085 175 7641", "085 175 7641"),
    ],
)
def test_a_word_behind_and_an_extension_belong_to_a_number(text: str, number: str):
    assert found(text, "en") == [("PHONE", number)]


@pytest.mark.parametrize(
    "text",
    ["PO4264958847", "309-5246581-4815619", "expires 2027-06-30", "v8.28.34-rc4", "1 2 3 4 5 6 7 8 9", "+12", "1709335941", "12345678 desktops", "€ 1.234.567,00"],
)  # fmt: skip
def test_orders_dates_and_versions_are_no_numbers_of_telephones(text: str):
    assert found(text) == []
