import pytest

from gateway.privacy import checksums

GOOD = [
    (checksums.luhn, "4111111111111111"),
    (checksums.iban, "GB29NWBK60161331926819"),
    (checksums.ssn, "219099999"),
    (checksums.nino, "AB123456C"),
    (checksums.nir, "255081416802538"),
    (checksums.nir, "2550814168025" + f"{97 - 2550814168025 % 97:02d}"),
    (checksums.steuer_id, "86095742719"),
    (checksums.dni, "12345678Z"),
    (checksums.dni, "X1234567L"),
    (checksums.codice_fiscale, "RSSMRA85T10A562S"),
    (checksums.bsn, "111222333"),
    (checksums.nif, "123456789"),
    (checksums.cpf, "52998224725"),
    (checksums.nhs, "9434765919"),
    (checksums.kvnr, "A123456780"),
    (checksums.base58check, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    (checksums.bech32, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
]


@pytest.mark.parametrize(("check", "value"), GOOD)
def test_a_published_example_passes(check, value: str):
    assert check(value)


@pytest.mark.parametrize(
    ("check", "value"), [(c, v) for c, v in GOOD if c not in (checksums.ssn, checksums.nino, checksums.dni, checksums.codice_fiscale)]
)  # fmt: skip
def test_with_another_digit_at_its_end_it_fails(check, value: str):
    last = value[-1]
    assert not check(value[:-1] + ("3" if last != "3" else "4"))


@pytest.mark.parametrize("value", ["666121234", "000121234", "123001234", "123120000"])
def test_numbers_that_are_never_given_out_fail(value: str):
    assert not checksums.ssn(value)
