from __future__ import annotations

import pytest

from gateway.policy.models.address import (
    OPENAI,
    BadAddress,
    checked_address,
    checked_endpoint,
    checked_proxy,
    is_at,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://x//", "https://x"),
    ],
)
def test_an_address_loses_its_trailing_slashes_only(text: str, address: str):
    assert checked_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "//x", "ftp://x", "https://", "https:///v1", "http://x:0", "http://x:99999", "http://x:y", "http://[::1",
        "https://u@x", "https://u:p@x", "https://x?a=b", "https://x?", "https://x#", "https://x/a b", "https://é",
        "https://x\\@y", "https://x\n", "file:///etc/passwd", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str):
    with pytest.raises(BadAddress, match=r"^expected an address"):
        checked_address(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("http://proxy:3128", ("http://proxy:3128", None, "")),
        ("https://proxy.example.com/", ("https://proxy.example.com", None, "")),
        ("http://u:p@proxy:3128", ("http://proxy:3128", "u", "p")),
        ("http://u:p/@proxy", ("http://proxy", "u", "p/")),
        ("http://[::1]:3128", ("http://[::1]:3128", None, "")),
    ],
)
def test_a_proxy_is_an_address_a_user_and_a_password(text: str, parts: tuple[str, str | None, str]):
    assert checked_proxy(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "", "proxy:3128", "socks5://proxy", "http://", "http://u:p@", "http://@proxy", "http://:p@proxy", "http://proxy:0",
        "http://proxy/path", "http://proxy?x", "http://proxy?", "http://proxy#x", "http://pro xy", "http://u:p\n@proxy",
        "http://u@proxy\\x", "http://préxy",
    ],
)  # fmt: skip
def test_what_is_no_proxy_is_refused_without_repeating_it(text: str):
    with pytest.raises(BadAddress, match=r"^expected ") as caught:
        checked_proxy(text)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    ("base_url", "found"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://openai.com.evil.test", False),
        ("https://notopenai.com", False),
        ("", False),
    ],
)
def test_an_address_belongs_to_a_domain_by_its_host(base_url: str, found: bool):
    assert is_at(base_url, OPENAI) is found


@pytest.mark.parametrize(
    "text", ["https://a.test/hooks/T0/x", "https://a.test/hooks/?api-version=1&sig=a%2Fb"]
)
def test_whoever_is_told_may_be_known_by_a_query(text: str):
    assert checked_endpoint(text) == text


@pytest.mark.parametrize(
    "text",
    ["token", "https://user@a.test/?x=1", "https://a.test/?", "https://a.test/?a#b", "https://a.test/?a b"],
)
def test_what_is_no_address_tells_nobody(text: str):
    with pytest.raises(BadAddress):
        checked_endpoint(text)
