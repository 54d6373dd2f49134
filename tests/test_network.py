"""Where a call comes from."""

from __future__ import annotations

import pytest

from gateway.network import caller_address, coarse

PROXY = frozenset({"10.0.0.1", "10.0.0.2"})


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("not an address", None),
        ("", None),
    ],
)
def test_an_address_is_kept_as_its_network(address: str, network: str | None) -> None:
    assert coarse(address) == network


def test_forwarded_headers_of_strangers_are_ignored() -> None:
    assert caller_address(("203.0.113.9", 1), "198.51.100.7", PROXY) == "203.0.113.9"


def test_behind_a_trusted_proxy_the_last_address_it_did_not_add_counts() -> None:
    forwarded = "1.2.3.4, 198.51.100.7, 10.0.0.2"
    assert caller_address(("10.0.0.1", 1), forwarded, PROXY) == "198.51.100.7"


def test_no_peer_is_no_address() -> None:
    assert caller_address(None, None, PROXY) is None
