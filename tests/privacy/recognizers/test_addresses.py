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
