import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("my passport number is 533401726", "533401726"),
        ("passeport n° 12AB34567", "12AB34567"),
        ("Reisepass: C01X00T47", "C01X00T47"),
        ("pasaporte AAB123456", "AAB123456"),
        ("passaporto YA1234567", "YA1234567"),
        ("paspoort NWR45KL89", "NWR45KL89"),
        ("passaporte CA123456", "CA123456"),
    ],
)
def test_a_passport_is_found_behind_its_word(text: str, number: str):
    assert found(text) == [("PASSPORT", number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("MRN-10293847 was merged", "MRN-10293847"),
        ("NHS number 943 476 5919", "943 476 5919"),
        ("Versichertennummer A123456780", "A123456780"),
        ("tarjeta sanitaria BBBB123456789012", "BBBB123456789012"),
        ("numéro de patient 8800123", "8800123"),
        ("patiëntnummer 1234567", "1234567"),
        ("número de utente 123456789", "123456789"),
    ],
)
def test_a_medical_number_is_found_behind_its_word(text: str, number: str):
    assert found(text) == [("MEDICAL_ID", number)]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("born on 3 May 1980", "3 May 1980"),
        ("DOB: 1980-05-03", "1980-05-03"),
        ("date of birth May 3rd, 1980", "May 3rd, 1980"),
        ("né le 3 mai 1980", "3 mai 1980"),
        ("geboren am 3. März 1980", "3. März 1980"),
        ("fecha de nacimiento: 3 de mayo de 1980", "3 de mayo de 1980"),
        ("nato il 03/05/1980", "03/05/1980"),
        ("geboortedatum 3-5-1980", "3-5-1980"),
        ("data de nascimento: 3 de maio de 1980", "3 de maio de 1980"),
    ],
)
def test_a_date_of_birth_is_found_behind_its_word(text: str, date: str):
    assert found(text) == [("DOB", date)]


@pytest.mark.parametrize(
    "text", ["released on 2024-05-03", "C01X00T47", "ticket 943 4765", "am 3. März 1980"]
)
def test_without_their_word_they_are_dates_and_numbers(text: str):
    assert found(text) == []
