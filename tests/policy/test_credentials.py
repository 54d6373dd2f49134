from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.credentials import Secrets
from gateway.policy.load import load_policy
from tests.policy.folder import faults, loaded, written

VALUE = "sk-secret-value"
OPTIONAL = 'providers: {p: {dialect: openai, base_url: "${URL}", credentials: ["${KEY}"], optional: true}}\n'
REQUIRED = OPTIONAL.replace(", optional: true", "")


def test_references_become_values(tmp_path: Path):
    provider = loaded(tmp_path, REQUIRED, URL="https://x/v1/", KEY=VALUE).providers["p"]
    assert provider.base_url == "https://x/v1"
    assert [secret.reveal() for secret in provider.credentials] == [VALUE]


def test_a_policy_in_force_does_not_show_its_secrets(tmp_path: Path):
    policy = loaded(tmp_path, REQUIRED, URL=f"https://{VALUE}/", KEY=VALUE)
    assert VALUE not in repr(policy)


def test_what_is_missing_is_an_error_at_its_place(tmp_path: Path):
    assert [line.split(": ")[0:2] for line in faults(tmp_path, REQUIRED)] == [
        ["a.yaml:1:44", "the environment variable URL is not set"],
        ["a.yaml:1:68", "the environment variable KEY is not set"],
    ]


def test_what_is_missing_turns_an_optional_provider_off_with_the_reason(tmp_path: Path):
    policy = loaded(tmp_path, OPTIONAL, URL="https://x")
    assert dict(policy.off) == {"p": "the environment variable KEY is not set"}
    assert not policy.providers


def test_an_empty_variable_turns_an_optional_provider_off(tmp_path: Path):
    policy = loaded(tmp_path, OPTIONAL, URL="https://x", KEY="")
    assert dict(policy.off) == {"p": "the environment variable KEY is empty"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://x", "expected an address such as"),
        ("x", "expected an address such as"),
        ("https://", "expected an address such as"),
        ("https://x:99999/", "expected an address such as"),
        ("https://u:p@x/", "without a user or password"),
        ("https://x/?a=b", "without ? or #"),
        ("https://x/a b", "without spaces"),
    ],
)
@pytest.mark.parametrize("literal", [True, False])
def test_an_address_that_can_not_be_called_is_an_error_that_does_not_repeat_it(
    url: str, said: str, literal: bool, tmp_path: Path
):
    text = OPTIONAL.replace("${URL}", url) if literal else OPTIONAL
    (line,) = faults(tmp_path, text, URL=url, KEY=VALUE)
    assert line.startswith("a.yaml:1:44: ")
    assert said in line
    assert url.removeprefix("https://") in ("", "x") or url not in line


def test_a_key_that_no_header_can_carry_is_an_error_that_does_not_show_it(tmp_path: Path):
    (line,) = faults(tmp_path, OPTIONAL, URL="https://x", KEY=f"{VALUE}\nx")
    assert line == (
        "a.yaml:1:68: the value of ${KEY} can't be used: expected a key without spaces, line ends and accents"
    )


def test_checking_finds_what_is_missing_and_looks_at_nothing_else(tmp_path: Path):
    folder = written(tmp_path, {"a.yaml": REQUIRED})
    load_policy(folder, environment={"URL": "", "KEY": ""}, secrets="find")
    assert len(faults(tmp_path, {}, secrets="find", URL="x")) == 1


def test_skipping_secrets_needs_none_of_them_and_leaves_every_provider_on(tmp_path: Path):
    policy = load_policy(written(tmp_path, {"a.yaml": REQUIRED}), environment={}, secrets="skip")
    assert set(policy.providers) == {"p"}


@pytest.mark.parametrize("secrets", ["read", "find", "skip"])
def test_a_credential_that_is_written_out_is_judged_whatever_happens_to_references(
    tmp_path: Path, secrets: Secrets
):
    text = REQUIRED.replace("${KEY}", f"{VALUE} x")
    assert faults(tmp_path, text, secrets=secrets, URL="https://x") == [
        "a.yaml:1:68: the value can't be used: expected a key without spaces, line ends and accents"
    ]


@pytest.mark.parametrize(
    "text",
    [
        'teams: {t: {cost_centre: "${X}"}}\n',
        'teams: {t: {regions: ["${X}"]}}\n',
        'providers: {p: {dialect: echo, region: "a${X}"}}\n',
        'roles: {r: {models: ["${X}"]}}\n',
        'roles: {"${X}": {}}\n',
        'audit: {"${X}": none}\n',
    ],
)
def test_a_reference_anywhere_else_is_an_error(text: str, tmp_path: Path):
    lines = faults(tmp_path, text, X="x")
    assert any("${…} reference" in line for line in lines)


def test_a_malformed_reference_is_said_once_and_at_its_place(tmp_path: Path):
    lines = faults(tmp_path, REQUIRED.replace("${KEY}", "${GATEWAY_SECRET_KEY}"), URL="https://x")
    assert lines == [
        "a.yaml:1:68: ${GATEWAY_SECRET_KEY} is the gateway's own setting, which a policy may not read"
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"providers: {{p: {{dialect: openai, base_url: 'https://x', credentials: {VALUE}}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: 'https://x', credentials: {VALUE},b}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: 'https://x', credentials: [[{VALUE}]]}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: 'https://x', credentials: [{{{VALUE}: 1}}]}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: 'https://x', credentials: ['{VALUE} é']}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: 'https://{VALUE}@x'}}}}\n",
        f"providers: {{p: {{dialect: openai, base_url: [{VALUE}]}}}}\n",
        f"providers:\n  p:\n    dialect: openai\n    credentials: @{VALUE}\n",
        f"providers:\n  p:\n    dialect: openai\n    base_url: https://x\n    api_key: {VALUE}\n",
        f"providers: {{p: {VALUE}}}\n",
    ],
)
def test_no_error_shows_what_may_be_a_secret(text: str, tmp_path: Path):
    assert not any(VALUE in line for line in faults(tmp_path, text))
