from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.policy.auditing import Audit
from gateway.policy.identities import IdentityProvider
from gateway.policy.price import FREE, Price
from gateway.policy.snapshot import Timeouts
from tests.policy.folder import ECHO, loaded

TWO = (
    'providers:\n  on: {dialect: openai, base_url: "http://on/v1", price: free}\n'
    '  out: {dialect: openai, base_url: "${OUT}", optional: true}\n'
    '  paid: {dialect: anthropic, base_url: "https://paid", region: us, timeouts: {connect: 500ms, total: 1m}}\n'
)


def test_targets_of_a_provider_that_is_off_are_named_and_not_called(tmp_path: Path):
    model = loaded(tmp_path, TWO + "models: {m: {targets: [{to: on/a}, {to: out/b}], retries: 2}}\n").models[
        "m"
    ]
    assert [target.name for target in model.targets] == ["on/a"]
    assert model.off == ("out/b",)
    assert model.retries == 2


@pytest.mark.parametrize(
    ("target", "price"),
    [
        ("{to: on/a}", FREE),
        ("{to: paid/a}", None),
        ("{to: paid/a, price: free}", FREE),
        ("{to: paid/a, price: {input: 0.0375, output: 2}}", Price(Decimal("0.0375"), Decimal(2))),
        (
            "{to: on/a, price: {input: 1, output: 2, cache_read: 0.1, cache_write: 1.25}}",
            Price(Decimal(1), Decimal(2), Decimal("0.1"), Decimal("1.25")),
        ),
        (
            "{to: on/a, price: {input: 1, output: 2, cache_write_1h: 3, audio_input: 4, audio_output: 5}}",
            Price(Decimal(1), Decimal(2), None, None, Decimal(3), Decimal(4), Decimal(5)),
        ),
        (
            "{to: on/a, price: {input: 1, output: 2, image: 3, tiers: {flex: {input: 4, output: 5}}}}",
            Price(
                Decimal(1),
                Decimal(2),
                image=Decimal(3),
                tiers=(("flex", Price(Decimal(4), Decimal(5))),),
            ),
        ),
    ],
)
def test_a_target_has_its_own_price_else_its_providers(target: str, price: Price | None, tmp_path: Path):
    model = loaded(tmp_path, TWO + f"models: {{m: {{targets: [{target}]}}}}\n").models["m"]
    assert model.targets[0].price == price


def test_a_target_says_what_it_can_hold_behind_a_glob_too(tmp_path: Path):
    target = "{to: 'paid/*', context_window: 9, max_output: 8, hosted_tools: {mcp: 1 USD}}"
    policy = loaded(tmp_path, TWO + f"models: {{'m-*': {{targets: [{target}]}}}}\n")
    for model in (policy.models["m-*"], policy.model_for("m-1")):
        assert model is not None
        [found] = model.targets
        assert (found.context_window, found.max_output) == (9, 8)
        assert found.hosted_tools == (("mcp", 1_000_000_000),)


def test_timeouts_are_seconds_and_keep_their_defaults(tmp_path: Path):
    provider = loaded(tmp_path, TWO).providers["paid"]
    assert provider.timeouts == Timeouts(connect_s=0.5, first_byte_s=120, idle_s=120, total_s=60)
    assert provider.region == "us"


@pytest.mark.parametrize(
    ("provider", "responses"),
    [
        ("dialect: openai, base_url: 'https://api.openai.com/v1'", True),
        ("dialect: openai, base_url: '${URL}'", False),
        ("dialect: openai, base_url: '${URL}', apis: [chat, responses]", True),
        ("dialect: azure, base_url: '${URL}'", True),
        ("dialect: azure, base_url: '${URL}', api_version: 2024-10-21", False),
        ("dialect: echo", True),
    ],
)
def test_a_provider_offers_what_is_written_else_what_its_address_is_known_for(
    provider: str, responses: bool, tmp_path: Path
):
    found = loaded(tmp_path, f"providers: {{p: {{{provider}}}}}\n", URL="http://local/v1").providers["p"]
    assert found.apis is not None
    assert ("responses" in found.apis) is responses
    assert provider.startswith("dialect: echo") or "chat" in found.apis


def test_echo_is_free_and_has_no_address(tmp_path: Path):
    echo = loaded(tmp_path, ECHO).providers["echo"]
    assert echo.free
    assert echo.base_url is None


def test_absent_is_not_empty(tmp_path: Path):
    policy = loaded(
        tmp_path, "teams: {a: {}, b: {roles: []}}\nroles: {c: {}, d: {apis: [], tools: {functions: []}}}\n"
    )
    assert policy.teams["a"].roles is None
    assert policy.teams["b"].roles == frozenset()
    assert policy.roles["c"].apis is None
    assert policy.roles["d"].apis == frozenset()
    assert policy.roles["d"].functions == ()


def test_a_policy_that_says_nothing_of_audit_has_the_defaults(tmp_path: Path):
    assert loaded(tmp_path, "gateway: 1\n").audit == Audit("none", "before_reply", False)


def revision(folder: Path, text: str, **environment: str) -> str:
    return loaded(folder, text, **environment).revision


def test_a_revision_is_twelve_hexadecimal_digits(tmp_path: Path):
    assert len(revision(tmp_path, ECHO)) == 12
    assert int(revision(tmp_path, ECHO), 16) >= 0


def test_a_revision_does_not_depend_on_the_value_of_a_secret(tmp_path: Path):
    text = 'providers: {p: {dialect: openai, base_url: "${U}", credentials: ["${K}"]}}\n'
    assert revision(tmp_path, text, U="http://a", K="1") == revision(tmp_path, text, U="http://b", K="2")


@pytest.mark.parametrize("key", ["credentials: [SECRET]", "proxy: 'http://u:SECRET@proxy'"])
def test_a_revision_does_not_give_away_a_literal_secret(key: str, tmp_path: Path):
    text = f"providers: {{p: {{dialect: openai, base_url: 'http://x', {key}}}}}\n"
    assert revision(tmp_path, text) == revision(tmp_path, text.replace("SECRET", "other"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("roles: {a: {models: ['*']}}\n", "roles: {a: {models: []}}\n"),
        ("roles: {a: {}}\n", "roles: {b: {}}\n"),
        ("teams: {a: {cost_centre: '1'}}\n", "teams: {a: {cost_centre: '2'}}\n"),
        ("teams: {a: {regions: [eu, us]}}\n", "teams: {a: {regions: [eu]}}\n"),
        ("audit: {fsync: true}\n", "audit: {fsync: false}\n"),
        (
            "providers: {p: {dialect: openai, base_url: 'http://x', credentials: ['${A}']}}\n",
            "providers: {p: {dialect: openai, base_url: 'http://x', credentials: ['${B}']}}\n",
        ),
        (
            "providers: {p: {dialect: openai, base_url: 'http://x'}}\n",
            "providers: {p: {dialect: openai, base_url: 'http://y'}}\n",
        ),
        (
            "providers: {p: {dialect: openai, base_url: 'http://x', proxy: 'http://u:p@one'}}\n",
            "providers: {p: {dialect: openai, base_url: 'http://x', proxy: 'http://u:p@two'}}\n",
        ),
        (
            "providers: {p: {dialect: openai, base_url: 'http://x', headers: {org: one}}}\n",
            "providers: {p: {dialect: openai, base_url: 'http://x', headers: {org: two}}}\n",
        ),
    ],
)
def test_whatever_is_declared_otherwise_is_another_revision(one: str, other: str, tmp_path: Path):
    assert revision(tmp_path, one, A="a", B="b") != revision(tmp_path, other, A="a", B="b")


@pytest.mark.parametrize(("one", "other"), [("0.50", "0.5"), ("2", "2.0"), ("1e3", "1000")])
def test_the_same_number_is_the_same_revision(one: str, other: str, tmp_path: Path):
    text = ECHO + "models: {}\n"
    text = "providers: {echo: {dialect: echo}}\nmodels: {m: {targets: [{to: echo/x, price: {input: N, output: 1}}]}}\n"
    assert revision(tmp_path, text.replace("N", one)) == revision(tmp_path, text.replace("N", other))


def test_an_identity_provider_is_what_was_declared(tmp_path: Path):
    text = (
        "roles: {analyst: {}}\nidentity_providers:\n  corporate:\n    issuer: https://id/\n    audience: llm\n"
        "    algorithms: [RS256, EdDSA]\n    claims: {user: email, team: dep, roles: a.b}\n"
        "    role_map: {staff: analyst}\n    jwks_uri: https://id/keys?p=1\n    leeway: 1m\n"
    )
    assert loaded(tmp_path, text).identity_providers["corporate"] == IdentityProvider(
        name="corporate",
        issuer="https://id/",
        audience="llm",
        algorithms=("RS256", "EdDSA"),
        roles_claim="a.b",
        user_claim="email",
        team_claim="dep",
        role_map={"staff": "analyst"},
        jwks_uri="https://id/keys?p=1",
        leeway_s=60.0,
    )


def test_networks_of_egress_are_networks(tmp_path: Path):
    text = 'egress: {allow: ["10.20.0.0/16", "fd00::1"]}\n'
    assert loaded(tmp_path, text).egress == (ip_network("10.20.0.0/16"), ip_network("fd00::1/128"))
