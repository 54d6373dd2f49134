import pytest

from gateway.credentials import mint
from tests.privacy.recognizers.found import found

R = "Zq8Lw2Xv7Rt4Ny9Kb3Hd6Mf1Gs5Pc0Jt"


@pytest.mark.parametrize(
    "secret",
    [
        f"sk-proj-{R}{R}",
        f"sk-ant-api03-{R}{R}-AA",
        f"sk-or-v1-{'0a' * 32}",
        f"AIza{R}abc",
        f"hf_{R}ab",
        f"gsk_{R}{R[:20]}",
        "AKIAQ3EGRU7XLOPDN5WZ",
        f"ghp_{R}abcd",
        f"github_pat_{R}_{R}",
        f"glpat-{R[:20]}",
        f"npm_{R}abcd",
        "xoxb-271828182845-314159265358-" + R[:24],
        f"sk_live_{R[:24]}",
        f"SG.{R[:22]}.{R}abcdefghijk",
        f"dop_v1_{'0a' * 32}",
        f"hvs.{R}",
        f"ya29.{R}",
        "123456789:AA" + R + "Q",
        f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{R}",
    ],
)
def test_a_key_is_known_by_its_issuers_prefix(secret: str):
    assert found(f"Why is {secret} refused?") == [("SECRET", secret)]


def test_our_own_keys_are_secrets_mistyped_or_not():
    key = mint(bytes(range(32)))
    assert found(f"use {key} please") == [("SECRET", key)]
    assert found(f"use {key[:-1]}A please") == [("SECRET", f"{key[:-1]}A")]


def test_a_private_key_is_one_secret_to_its_end():
    block = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIDx0\n-----END EC PRIVATE KEY-----"
    assert found(f"see\n{block}\nthere") == [("SECRET", block)]


def test_a_private_key_without_an_end_goes_to_the_blank_line():
    assert found("-----BEGIN PRIVATE KEY-----\nMHcCAQEE\n\nthen prose") == [
        ("SECRET", "-----BEGIN PRIVATE KEY-----\nMHcCAQEE")
    ]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("mot de passe : Soleil!2024", "Soleil!2024"),
        ("Das Passwort lautet Winter#99x", "Winter#99x"),
        ("la contraseña es Verano_77!", "Verano_77!"),
        ("la password è Estate99!", "Estate99!"),
        ("wachtwoord = Zomer2024!", "Zomer2024!"),
        ("senha: Verao#2024", "Verao#2024"),
        ('"client_secret": "k3Yv8Qw1Zx"', "k3Yv8Qw1Zx"),
        ("postgres://app:s3cr3tPw@db.internal/prod", "s3cr3tPw"),
        ("Authorization: Bearer abcDEF123456ghiJKL789", "abcDEF123456ghiJKL789"),
        ("export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI7K7MDENGbPxRfiCYzzzzzzzKEY1", "wJalrXUtnFEMI7K7MDENGbPxRfiCYzzzzzzzKEY1"),
    ],
)  # fmt: skip
def test_a_password_is_known_by_the_word_in_front(text: str, secret: str):
    assert found(text) == [("SECRET", secret)]


@pytest.mark.parametrize(
    "text",
    [
        "password: required",
        "token = os.environ['TOKEN']",
        "password: ${DB_PASSWORD}",
        "api_key=None",
        "max_tokens: 4096, token: str",
        "http://user:password@host/",
        "The secret is to keep it simple.",
    ],
)
def test_what_only_speaks_of_a_secret_is_none(text: str):
    assert found(text) == []
