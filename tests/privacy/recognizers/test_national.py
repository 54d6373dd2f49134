import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SSN 219-09-9999", "219-09-9999"),
        ("social security number: 219099999", "219099999"),
        ("NI number QQ is sample, mine is AB 12 34 56 C", "AB 12 34 56 C"),
        ("NIR 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
        ("numéro fiscal 12 34 567 890 123", "12 34 567 890 123"),
        ("Steuer-ID 86 095 742 719", "86 095 742 719"),
        ("Personalausweis: L01X00T47", "L01X00T47"),
        ("DNI 12345678Z", "12345678Z"),
        ("NIE X1234567L", "X1234567L"),
        ("il codice RSSMRA85T10A562S vale", "RSSMRA85T10A562S"),
        ("BSN 111222333", "111222333"),
        ("NIF 123456789", "123456789"),
        ("CPF 529.982.247-25", "529.982.247-25"),
    ],
)
def test_a_national_number_is_found(text: str, number: str):
    assert found(text) == [("NATIONAL_ID", number)]


@pytest.mark.parametrize(
    "text", ["666-12-3456", "order 219-09-9999-12", "12345678A", "GB123456A", "RSSMRA85T10A562T", "86 095 742 718", "111222333"]
)  # fmt: skip
def test_what_fails_its_check_is_no_national_number(text: str):
    assert found(f"part {text}") == []
