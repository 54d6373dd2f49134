from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.models.recognizers import Checksum
from gateway.privacy.named_checksums import named


def test_policies_may_name_each_of_them_and_no_other():
    assert set(get_args(Checksum)) == set(named())


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("luhn", "79927398713", "79927398710"),
        ("iban", "DE89370400440532013000", "DE88370400440532013000"),
        ("mod97_10", "3214282912345698765432161182", "3214282912345698765432161183"),
        ("mod11_10", "07945", "07944"),
        ("verhoeff", "2363", "2364"),
        ("damm", "5724", "5723"),
        ("ssn", "536228726", "000228726"),
        ("nino", "AB123456C", "GB123456C"),
        ("nhs", "9434765919", "9434765918"),
        ("nir", "255081416802538", "255081416802539"),
        ("steuer_id", "86095742719", "86095742718"),
        ("kvnr", "A123456780", "A123456781"),
        ("dni", "12345678Z", "12345678A"),
        ("codice_fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        ("bsn", "111222333", "111222334"),
        ("nif", "123456789", "123456780"),
        ("cpf", "52998224725", "52998224726"),
    ],
)
def test_each_tells_right_from_wrong(name: str, right: str, wrong: str):
    assert (named()[name](right), named()[name](wrong)) == (True, False)


@given(st.sampled_from(sorted(get_args(Checksum))), st.text(alphabet="0129AXZÄ٣ß ", max_size=20))
def test_a_value_of_any_form_is_judged(name: str, value: str):
    assert named()[name](value) in (True, False)
