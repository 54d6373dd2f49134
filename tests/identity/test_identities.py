"""Tokens against a real server of keys: what is remembered, and no change of keys loses a call."""

from __future__ import annotations

import asyncio
import json

import pytest

from gateway.identity.faults import BadToken, KeysUnavailable
from gateway.identity.person import Person
from gateway.identity.source import COOL_DOWN_S, REFRESH_S
from gateway.identity.standing import Standing
from gateway.policy.identities import IdentityProvider
from tests.identity.parts import EC, ED, NOON, RSA, Scene, policy_of
from tests.parts.calls import make_policy
from tests.parts.issuer import AUDIENCE, SigningKey, ec_key
from tests.parts.runtime import NOON_MS


@pytest.mark.parametrize("key", [RSA, EC, ED], ids=lambda key: key.algorithm)
async def test_a_token_of_the_issuer_is_a_credential(scene: Scene, key: SigningKey):
    who = await scene.who(scene.issuer.token(key, team="home"))
    assert who == Person("corporate", "anna", "home", ("caller",), (NOON + 600) * 1000)


async def test_one_issuer_of_several_is_meant_by_its_own_tokens(scene: Scene):
    other = IdentityProvider("other", "https://other.example/", AUDIENCE, ("ES256",), "groups")
    providers = {"other": other, **scene.policy.identity_providers}
    scene.policy = make_policy(identity_providers=providers, egress=scene.policy.egress)
    assert (await scene.who(scene.issuer.token(EC))).provider == "corporate"


async def test_a_flood_of_unknown_keys_makes_one_fetch_in_a_cool_down(scene: Scene):
    await scene.fetched()
    flood = [scene.issuer.token(ec_key(f"unknown-{number}")) for number in range(40)]
    for rounds in range(1, 4):
        for token in flood[:20]:
            assert await scene.rule(token) == "key"
        assert set(await asyncio.gather(*[scene.rule(token) for token in flood[20:]])) == {"key"}
        assert scene.fetches == 1 + rounds
        assert (await scene.who(scene.issuer.token(EC))).user == "anna"
        scene.clock.seconds += COOL_DOWN_S


# ------------------------------------------------------------ keys come and go


async def test_keys_are_rotated_without_one_failed_call(scene: Scene):
    await scene.fetched()
    old = EC
    for number in range(5):
        new = ec_key(f"new-{number}")
        scene.issuer.publish(RSA, old, new)
        tokens = [scene.issuer.token(key, sub=f"user-{one}") for key in (old, new) for one in range(20)]
        assert len(await asyncio.gather(*[scene.who(token) for token in tokens])) == 40
        scene.issuer.publish(RSA, new)
        scene.clock.seconds += REFRESH_S
        await scene.fetched()
        assert (await scene.who(tokens[-1])).user == "user-19"
        old = new
    assert scene.fetches == 1 + 2 * 5


async def test_a_key_that_was_taken_back_proves_nothing_any_more_even_if_it_did(scene: Scene):
    token = scene.issuer.token(EC)
    await scene.who(token)
    scene.issuer.publish(RSA)
    scene.clock.seconds += REFRESH_S
    await scene.fetched()
    assert scene.identities.known(token, scene.policy, NOON_MS) is None
    assert await scene.rule(token) == "key"


async def test_known_keys_stay_good_while_the_issuer_is_down_for_hours(scene: Scene):
    await scene.fetched()
    scene.issuer.down = True
    for minutes in range(0, 5 * 60, 10):
        scene.clock.seconds += 600
        await scene.fetched()
        at_ms = NOON_MS + minutes * 60_000
        token = scene.issuer.token(EC, exp=at_ms // 1000 + 60, jti=str(minutes))
        assert (await scene.who(token, at_ms)).user == "anna"
        assert await scene.rule(scene.issuer.token(ec_key("unknown"))) == "key"


async def test_a_gateway_without_any_keys_says_so_until_the_issuer_is_back(scene: Scene):
    scene.issuer.down = True
    with pytest.raises(KeysUnavailable):
        await scene.who(scene.issuer.token(EC))
    scene.issuer.down = False
    scene.clock.seconds += COOL_DOWN_S
    assert (await scene.who(scene.issuer.token(EC))).user == "anna"


async def test_an_issuer_on_a_private_network_that_is_not_listed_is_not_asked(scene: Scene):
    providers = scene.policy.identity_providers
    scene.policy = make_policy(identity_providers=dict(providers))
    with pytest.raises(KeysUnavailable):
        await scene.who(scene.issuer.token(EC))
    assert scene.issuer.asked == []


# ------------------------------------------------------------ what is remembered


async def test_a_verified_token_is_known_until_it_ends_and_never_in_its_leeway(scene: Scene):
    token, end_ms = scene.issuer.token(EC, exp=NOON + 60), (NOON + 60) * 1000
    await scene.who(token)
    assert scene.identities.known(token, scene.policy, end_ms - 1) is not None
    assert scene.identities.known(token, scene.policy, end_ms) is None
    assert (await scene.who(token, end_ms)).user == "anna"  # the leeway, judged anew each time
    with pytest.raises(BadToken, match="expired"):
        await scene.who(token, end_ms + 30_000)


async def test_another_policy_judges_anew_and_keeps_the_keys(scene: Scene):
    token = scene.issuer.token(EC)
    await scene.who(token)
    scene.policy = policy_of(scene.issuer, audience="another")
    assert scene.identities.known(token, scene.policy, NOON_MS) is None
    assert await scene.rule(token) == "audience"
    scene.policy = policy_of(scene.issuer, role_map={"caller": "caller"})
    assert (await scene.who(token)).user == "anna"
    assert scene.fetches == 1


async def test_an_issuer_that_the_policy_no_longer_has_is_no_issuer(scene: Scene):
    token = scene.issuer.token(EC)
    await scene.who(token)
    scene.policy = make_policy()
    await scene.fetched()
    assert scene.identities._sources == {}
    assert await scene.rule(token) == "issuer"


async def test_keys_are_kept_fresh_by_the_follower_alone(scene: Scene):
    following = asyncio.ensure_future(scene.identities.follow(lambda: scene.policy))
    while scene.clock.seconds < 100 + 2.5 * REFRESH_S or scene.fetches < 2:
        await asyncio.sleep(0)
    following.cancel()
    scene.identities.close()
    assert 2 <= scene.fetches <= 3


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://169.254.169.254/keys",
        "http://10.0.0.1/keys",
        "http://[::ffff:a9fe:a9fe]/keys",
        "file:///etc/keys",
    ],
)
async def test_an_issuer_that_points_into_a_network_is_not_followed(scene: Scene, jwks_uri: str):
    configuration = json.dumps({"issuer": scene.issuer.url, "jwks_uri": jwks_uri}).encode()
    scene.issuer.answers["/.well-known/openid-configuration"] = 200, {}, configuration
    with pytest.raises(KeysUnavailable):
        await scene.who(scene.issuer.token(EC))


async def test_it_is_told_how_it_is_with_the_keys_of_each_issuer(scene: Scene):
    assert scene.identities.standing(scene.policy) == [Standing("corporate", False, None, False)]
    await scene.fetched()
    scene.clock.seconds += 61
    assert scene.identities.standing(scene.policy) == [Standing("corporate", True, 61.0, False)]
    scene.issuer.down = True
    scene.clock.seconds += REFRESH_S
    await scene.fetched()
    [told] = scene.identities.standing(scene.policy)
    assert (told.known, told.failing) == (True, True)
