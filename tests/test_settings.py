"""Settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsInvalid, load_remote, load_settings, unknown_variables

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def test_flags_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "9000")
    assert load_settings().port == 9000
    assert load_settings(port=9001).port == 9001
    assert load_settings(port=None).port == 9000


def test_the_database_is_a_file_under_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_DATA", "/var/lib/gateway")
    assert load_settings().database == "sqlite:////var/lib/gateway/gateway.db"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("GATEWAY_PORT", "http", "GATEWAY_PORT"),
        ("GATEWAY_WORKERS", "2", "GATEWAY_REDIS_URL"),
        ("GATEWAY_REDIS_URL", "redis://h", "GATEWAY_SECRET_KEY and GATEWAY_SIGNING_KEY: with GATEWAY_REDIS"),
        ("GATEWAY_DATABASE_URL", "postgresql://db/x", "GATEWAY_DATABASE_URL"),
        ("GATEWAY_UPSTREAM", "curl", "GATEWAY_UPSTREAM"),
        ("GATEWAY_TRUSTED_PROXIES", "10.0.0.1,abc", "GATEWAY_TRUSTED_PROXIES: 'abc' is no IP address"),
        ("GATEWAY_BODY_TIMEOUT_S", "inf", "GATEWAY_BODY_TIMEOUT_S"),
        ("GATEWAY_WRITE_STALL_S", "inf", "GATEWAY_WRITE_STALL_S"),
        ("GATEWAY_SHUTDOWN_GRACE_S", "nan", "GATEWAY_SHUTDOWN_GRACE_S"),
        ("GATEWAY_ADMIN_PORT", "65536", "GATEWAY_ADMIN_PORT"),
        ("GATEWAY_ADMIN_KEY", "short", "GATEWAY_ADMIN_KEY: expected at least 32 characters"),
        ("GATEWAY_ADMIN_KEY", "with spaces " * 4, "GATEWAY_ADMIN_KEY: expected at least 32 characters"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=sentence):
        load_settings()


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("GATEWAY_SECRET_KEY", "correct horse battery staple, twice"),
        ("GATEWAY_SIGNING_KEY", "correct horse battery staple, twice"),
        ("GATEWAY_ADMIN_KEY", "correct-horse-battery-staple-twice"),
    ],
)
def test_a_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch, name: str, secret: str) -> None:
    monkeypatch.setenv(name, secret)
    assert "horse" not in repr(load_settings())


def test_trusted_proxies_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2")
    assert load_settings().trusted_proxies == ("10.0.0.1", "10.0.0.2")


def test_every_setting_is_documented() -> None:
    text = DOCS.read_text()
    missing = [name for name in Settings.model_fields if f"`GATEWAY_{name.upper()}`" not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("GATEWAY_PROT", ("GATEWAY_PROT is no setting: did you mean GATEWAY_PORT?",)),
        ("GATEWAY_FLUX", ("GATEWAY_FLUX is no setting",)),
        ("GATEWAY_PORT", ()),
        ("gateway_port", ()),
        ("GATEWAY_TRIAL_KEY", ()),
        ("PORT", ()),
    ],
)
def test_a_variable_that_is_no_setting_is_told_with_what_was_meant(
    name: str, sentences: tuple[str, ...]
) -> None:
    assert unknown_variables({name: "1"}) == sentences


def test_a_remote_gateway_is_asked_for_by_option_or_setting(monkeypatch: pytest.MonkeyPatch):
    assert load_remote(None) is None
    monkeypatch.setenv("GATEWAY_URL", "https://one.test")
    monkeypatch.setenv("GATEWAY_TOKEN", "a-secret-token")
    found, given = load_remote(None), load_remote("https://two.test")
    assert found is not None
    assert given is not None
    assert (found.url, given.url) == ("https://one.test", "https://two.test")
    assert "a-secret-token" not in repr(found)


def test_what_the_command_line_reads_is_no_unknown_setting():
    assert unknown_variables({"GATEWAY_URL": "x", "GATEWAY_TOKEN": "x"}) == ()
