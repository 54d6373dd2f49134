import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("en", "221B Baker Street"),
        ("en", "1600 Amphitheatre Parkway"),
        ("en", "PO Box 4711"),
        ("fr", "12 bis rue de la Paix"),
        ("fr", "155, boulevard des Écoles"),
        ("de", "Hauptstraße 82a"),
        ("de", "Berliner Allee 183"),
        ("de", "An der Alten Mühle 15"),
        ("es", "Calle Gran Vía 149, 5º C"),
        ("es", "Avda. de la Constitución, 12"),
        ("it", "Via Giuseppe Garibaldi 14"),
        ("it", "Piazza del Duomo, 3"),
        ("nl", "Prinsengracht 263"),
        ("nl", "Kerkstraat 12"),
        ("pt", "Rua das Flores, 45"),
        ("pt", "Avenida da Liberdade 110"),
    ],
)
def test_a_street_line_is_found(language: str, address: str):
    assert found(f"({address})", language) == [("ADDRESS", address)]


@pytest.mark.parametrize(
    "text", ["3 new roads", "Chapter 12 Street art", "Platz 3 im Rennen", "via 3 hops", "la calle"]
)
def test_a_street_without_a_number_of_a_house_is_none(text: str):
    assert [kind for kind, _ in found(text)].count("ADDRESS") == 0


@pytest.mark.parametrize(
    ("before", "address"),
    [
        ("", "4127 Veldkampo 31\n Apt. 12\n Oosterdam\n Netherlands 93021"),
        ("> Desk\n> ", "4127 Veldkampo 31\n> Suite 112\n> Oosterdam\n> Netherlands 93021"),
        ("Sent to ", "88 Kirkevej 4\nVALBYGD\n, NO\n 5312"),
        ("Return to ", "4127 12 Brennan Hollow, Suite 620"),
        ("She lives at ", "39 Veldkampo 31"),
        ("Ship to ", "PSC 6477, Box 2981\nAPO AE 83700"),
        ("", "USNS Comfort\nFPO AA 85844"),
    ],
)
def test_an_address_is_found_by_its_rooms_its_lines_or_the_words_in_front(before: str, address: str):
    assert found(f"{before}{address}") == [("ADDRESS", address)]


@pytest.mark.parametrize(
    "text",
    [
        "lives at peace",
        "is at 12 percent",
        "5 Suites\n\nare booked",
        "Suite 3 of the tests fails",
        "12 items\nTotal 3000",
    ],
)
def test_numbers_and_rooms_alone_are_no_address(text: str):
    assert found(text) == []
