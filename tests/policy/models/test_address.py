from __future__ import annotations

import pytest

from gateway.policy.models.address import BadAddress, checked_address


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
