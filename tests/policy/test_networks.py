"""Networks, in which addresses lie or don't."""

from __future__ import annotations

import pytest

from gateway.policy.networks import within


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.1.255.255", True),
        ("::ffff:10.1.0.1", True),
        ("10.2.0.0", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("10.1.0.1:80", False),
        ("", False),
        (None, False),
    ],
)
def test_an_address_lies_in_a_network_or_outside(address: str | None, inside: bool) -> None:
    assert within(address, ("10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32")) is inside
