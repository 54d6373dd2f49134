import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    "card",
    [
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "2223000048400011",
        "3782 822463 10005",
        "6011111111111117",
        "3530111333300000",
        "6304000000000000",
        "4000000000000000006",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr", "de", "it"])
def test_a_card_is_found_in_every_language(card: str, language: str):
    assert found(f"No. {card}, 12/29", language) == [("CREDIT_CARD", card)]


def test_what_is_called_a_card_may_be_of_any_network():
    assert found("my card number is 503802053770") == [("CREDIT_CARD", "503802053770")]
    assert found("my card number is 503802053771") == []
    assert found("serial 503802053770") == []


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "7596117264642082", "0000000000000000", "A4111111111111111"])  # fmt: skip
def test_a_number_that_proves_nothing_is_no_card(number: str):
    assert found(f"reference {number}") == []


@pytest.mark.parametrize(
    "iban",
    [
        "DE89 3704 0044 0532 0130 00",
        "FR1420041010050500013M02606",
        "ES91 2100 0418 4502 0005 1332",
        "IT60X0542811101000000123456",
        "NL91ABNA0417164300",
        "PT50 0002 0123 1234 5678 9015 4",
        "GB29-NWBK-6016-1331-9268-19",
        "be68539007547034",
    ],
)
def test_an_account_is_found_and_no_word_behind_it(iban: str):
    assert found(f"Konto {iban} bitte") == [("IBAN", iban)]


def test_an_account_with_a_wrong_digit_is_none():
    assert found("NL91ABNA0417164301") == []
