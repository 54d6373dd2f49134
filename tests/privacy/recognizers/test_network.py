import pytest

from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    "address",
    [
        "ann.lee+news@example.co.uk",
        "JOSE@EXEMPLO.PT",
        "jürgen@müller.de",
        "x@a-b.museum",
        "ann[at]example.org",
    ],
)
def test_an_email_address_is_found_whole(address: str):
    assert found(f"write to <{address}>.") == [("EMAIL", address)]


@pytest.mark.parametrize(
    "text", ["@dataclass", "user@host", "git@:repo", "a @ b.c", "postgres://app:$PW@db.internal/x"]
)
def test_an_at_sign_alone_is_no_address(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    "address", ["8.8.4.4", "203.0.113.9", "2a02:c2fa:49da::1", "2001:41d0:cce9:0:0:0:0:1"]
)
def test_a_public_address_of_a_machine_is_found(address: str):
    assert found(f"from {address}, twice") == [("IP", address)]


@pytest.mark.parametrize(
    "text",
    ["10.1.2.3", "127.0.0.1", "::1", "fe80::1", "numpy==4.13.3.46", "1.2.3.4.5", "version 1.2.3.4", "12:30:45", "aa:bb:cc:dd:ee:ff", "300.1.1.1"],
)  # fmt: skip
def test_inner_addresses_versions_and_times_are_left_alone(text: str):
    assert found(f"see {text} there") == []


@pytest.mark.parametrize(
    "wallet",
    [
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "0x52908400098527886E0F7030069857D2E4169EE7",
    ],
)
def test_a_wallet_is_found(wallet: str):
    assert found(f"send to {wallet}") == [("CRYPTO", wallet)]


@pytest.mark.parametrize("text", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "0x" + "ab" * 32])
def test_what_fails_its_check_is_no_wallet(text: str):
    assert found(text) == []
