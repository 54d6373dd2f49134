"""Where it may go: candidates in order, drawn by weight, and nothing outside residency and dialect."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call import Caller, Candidate, Grant, Plan
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Refused
from gateway.policy.roles import Role, Team
from gateway.policy.secrets import Secret
from gateway.policy.snapshot import Model, Provider, Target
from gateway.stages import plan
from gateway.stages.plan import in_drawn_order
from gateway.stores.ownership import Place
from tests.parts.calls import CHAT, CLAUDE, PROVIDER, ROLE, make_call, make_policy
from tests.parts.forms import form_of
from tests.parts.runtime import RATES, FakePrices, make_runtime

US = Provider("us", "openai", "https://us.test/v1", region="us")
NOWHERE = Provider("nowhere", "openai", "https://nowhere.test/v1")
GOOGLE = Provider("google", "gemini", "https://google.test")
ECHO = Provider("echo", "echo")


def target(name: str, provider: Provider = PROVIDER, weight: int = 1) -> Target:
    return Target(f"{provider.name}/{name}", provider, name, weight)


def planned(
    *models: Model, role: Role = ROLE, team: Team | None = None, family: str = "openai", **facts: Any
) -> Plan:
    policy = make_policy(models={model.name: model for model in models})
    facts = {"rates_of": lambda _: RATES, "fraction": lambda: 0.5, "speech_to": spoken_by(family)} | facts
    return plan.decide(policy, model=models[0], asked_for=models[0].name, role=role, team=team, **facts)


def spoken_by(*dialects: str) -> plan.SpeechTo:
    return lambda dialect, apis: CHAT if dialect in (*dialects, "echo") else None


def names(made: Plan) -> list[str]:
    return [candidate.target.name for candidate in made.candidates]


# ---------------------------------------------------------------- what is kept somewhere


def test_only_who_keeps_what_is_referred_to_can_serve_it():
    two = Provider("two", "openai", "https://two.test/v1", (Secret("a"), Secret("b")))
    model = Model("fast", (target("x"), target("y", two)), ("other",), retries=1)
    other = Model("other", (target("z", two),))
    made = planned(model, other, places=frozenset({Place("two", 1)}))
    assert [(one.target.name, one.credential) for one in made.candidates] == [("two/y", 1), ("two/z", 1)]


@pytest.mark.parametrize("place", [Place("elsewhere", 0), Place("acme", 7)])
def test_a_model_that_is_not_where_the_object_is_kept_is_said_so(place):
    with pytest.raises(Refused) as caught:
        planned(Model("fast", (target("x"),)), places=frozenset({place}))
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.INVALID_REQUEST, "kept_elsewhere")


def test_residency_comes_before_where_it_is_kept():
    with pytest.raises(Refused) as caught:
        planned(
            Model("fast", (target("x", US),)),
            team=Team("bound", regions=frozenset({"eu"})),
            places=frozenset({Place("us", 0)}),
        )
    assert caught.value.problem.code == "residency"


# ---------------------------------------------------------------- the order

WEIGHTS = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=6)
FRACTIONS = st.floats(0, 1, exclude_max=True)


@given(WEIGHTS, st.lists(FRACTIONS, min_size=6, max_size=6))
def test_every_target_comes_once_and_those_of_weight_0_last_as_written(
    weights: list[int], fractions: list[float]
):
    targets = tuple(target(str(number), weight=weight) for number, weight in enumerate(weights))
    order = in_drawn_order(targets, iter(fractions).__next__)
    assert Counter(t.name for t in order) == Counter(t.name for t in targets)
    reserve = [t for t in targets if not t.weight]
    assert order[len(targets) - len(reserve) :] == reserve


@given(st.lists(st.integers(0, 20), min_size=2, max_size=4).filter(any), st.integers(0, 2**32))
def test_a_target_comes_first_as_often_as_its_share(weights: list[int], seed: int):
    """4,000 draws: within six standard deviations of weight over sum."""
    draws = 4_000
    fraction = random.Random(seed).random
    targets = tuple(target(str(number), weight=weight) for number, weight in enumerate(weights))
    first = Counter(in_drawn_order(targets, fraction)[0].name for _ in range(draws))
    for one in targets:
        share = one.weight / sum(weights)
        allowed = 6 * (draws * share * (1 - share)) ** 0.5 + 1e-9
        assert abs(first[one.name] - draws * share) <= allowed


def test_the_second_place_is_drawn_by_weight_among_the_rest():
    fraction = random.Random(4).random
    targets = tuple(target(name, weight=weight) for name, weight in (("a", 8), ("b", 3), ("c", 1)))
    second = Counter(
        order[1].name
        for order in (in_drawn_order(targets, fraction) for _ in range(20_000))
        if order[0].name == "acme/a"
    )
    assert second["acme/b"] / second.total() == pytest.approx(3 / 4, abs=0.03)


def test_a_target_of_weight_0_comes_before_a_fallback():
    made = planned(
        Model("m", (target("spare", weight=0), target("first")), fallbacks=("f",)), Model("f", (target("2"),))
    )
    assert names(made) == ["acme/first", "acme/spare", "acme/2"]


def test_a_target_of_weight_0_serves_where_all_others_are_off():
    assert names(planned(Model("m", (target("spare", weight=0),), off=("openai/x",)))) == ["acme/spare"]


def test_one_target_costs_no_chance():
    def never() -> float:
        raise AssertionError("drawn")

    assert names(planned(Model("m", (target("only"),)), fraction=never)) == ["acme/only"]


# ---------------------------------------------------------------- fallbacks


def test_targets_come_before_fallbacks_and_fallbacks_as_written_depth_first():
    made = planned(
        Model("m", (target("1"),), fallbacks=("f", "h")),
        Model("f", (target("2"),), fallbacks=("g",)),
        Model("g", (target("3"),)),
        Model("h", (target("4"),)),
    )
    assert names(made) == ["acme/1", "acme/2", "acme/3", "acme/4"]
    assert [candidate.asked_for for candidate in made.candidates] == ["m", "f", "g", "h"]


def test_a_target_is_a_candidate_once_and_a_circle_ends():
    made = planned(
        Model("m", (target("1"), target("2")), fallbacks=("f",)),
        Model("f", (target("2"), target("3")), fallbacks=("m", "f")),
    )
    assert sorted(names(made)) == ["acme/1", "acme/2", "acme/3"]


def test_a_fallback_is_judged_by_the_role_that_allowed_the_call():
    made = planned(
        Model("m", (target("1"),), fallbacks=("f", "g")),
        Model("f", (target("2"),), fallbacks=("h",)),
        Model("g", (target("3"),)),
        Model("h", (target("4"),)),
        role=Role("r", models=("m", "g", "h")),
    )
    assert names(made) == ["acme/1", "acme/3"], "nor is what a forbidden fallback leads to"


def test_retries_are_those_of_the_model_that_the_target_belongs_to():
    made = planned(Model("m", (target("1"),), ("f",), retries=2), Model("f", (target("2"),), retries=1))
    assert [candidate.retries for candidate in made.candidates] == [2, 1]


@given(st.data())
def test_nothing_outside_the_policy_the_role_and_the_regions_is_ever_a_candidate(data: st.DataObject):
    providers = (PROVIDER, US, NOWHERE, CLAUDE, ECHO)
    wanted = st.sampled_from("abcd")
    models = [
        Model(
            name,
            tuple(
                target(model, data.draw(st.sampled_from(providers)), data.draw(st.integers(0, 2)))
                for model in "xy"
            ),
            tuple(data.draw(st.lists(wanted, max_size=3))),
        )
        for name in "abcd"
    ]
    role = Role("r", models=("a", *data.draw(st.lists(wanted))))
    team = Team("t", regions=data.draw(st.sampled_from([None, frozenset({"eu"}), frozenset({"us", "eu"})])))
    try:
        made = planned(*models, role=role, team=team)
    except Refused:
        return
    for candidate in made.candidates:
        owner = next(model for model in models if model.name == candidate.asked_for)
        assert candidate.target in owner.targets
        assert candidate.target.provider.dialect in ("openai", "echo")
        assert role.allows_model(candidate.asked_for)
        assert team.regions is None or candidate.target.provider.region in team.regions
    assert len({c.target.name for c in made.candidates}) == len(made.candidates)


# ---------------------------------------------------------------- residency and dialect


@pytest.mark.parametrize("provider", [US, NOWHERE, ECHO])
def test_a_team_bound_to_regions_goes_nowhere_else(provider: Provider):
    with pytest.raises(Refused) as caught:
        planned(Model("m", (target("1", provider),)), team=Team("t", regions=frozenset({"eu"})))
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.FORBIDDEN, "residency")


@pytest.mark.parametrize(
    ("family", "speakers"),
    [("openai", (PROVIDER, ECHO)), ("anthropic", (CLAUDE, ECHO)), ("gemini", (GOOGLE, ECHO))],
)
def test_a_family_is_answered_by_its_own_dialect_and_echo(family: str, speakers: tuple[Provider, ...]):
    for provider in (PROVIDER, CLAUDE, GOOGLE, ECHO):
        model = Model("m", (target("1", provider),))
        if provider in speakers:
            assert names(planned(model, family=family)) == [f"{provider.name}/1"]
        else:
            with pytest.raises(Refused) as caught:
                planned(model, family=family)
            assert caught.value.problem.kind is Kind.INVALID_REQUEST
            assert caught.value.problem.code == "api_not_served"


def test_a_model_whose_providers_are_off_is_unavailable():
    with pytest.raises(Refused) as caught:
        planned(Model("m", (), off=("openai/x",)))
    assert (caught.value.problem.kind, caught.value.problem.code) == (Kind.UNAVAILABLE, "no_provider")
    assert caught.value.problem.should_retry is False


@pytest.mark.parametrize(("team", "count"), [(None, 2), ("home", 2), ("bound", 1), ("gone", 2)])
async def test_entering_writes_the_plan_of_the_callers_team(team: str | None, count: int):
    from_all = Model("fast", (target("1"), target("2", US)))
    policy = make_policy(models={"fast": from_all})
    call = make_call(policy)
    call.asked = call.dialect.parse(call.body)
    call.caller = Caller("key", "key_1", None, team, ("caller",), None)
    call.grant = Grant(ROLE, from_all, None)
    await plan.enter(call, make_runtime(policy, prices=FakePrices()))
    assert call.plan is not None
    assert len(call.plan.candidates) == count
    assert all(candidate.rates is RATES for candidate in call.plan.candidates)


async def test_what_providers_do_for_nothing_is_free_whatever_its_model_costs():
    call = make_call(path="/v1/messages/count_tokens")
    call.asked = call.dialect.parse(call.body)
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.grant = Grant(ROLE, Model("fast", (target("1", CLAUDE),)), None)
    await plan.enter(call, make_runtime(call.policy, prices=FakePrices()))
    assert call.plan is not None
    [candidate] = call.plan.candidates
    assert candidate.rates is not None
    assert (candidate.rates.free, candidate.rates.version) == (True, "not billed")


@pytest.mark.parametrize(
    ("apis", "path", "body", "served"),
    [
        (None, "/v1/responses", b'{"model":"fast","input":"hi"}', True),
        ({"responses"}, "/v1/responses", b'{"model":"fast","input":"hi"}', True),
        ({"embeddings"}, "/v1/embeddings", b'{"model":"fast","input":"hi"}', True),
        ({"chat", "responses"}, "/v1/embeddings", b'{"model":"fast","input":"hi"}', False),
        ({"chat"}, "/v1/completions", b'{"model":"fast","prompt":"hi"}', False),
    ],
)
async def test_a_provider_is_asked_only_for_what_it_offers(
    apis: set[str] | None, path: str, body: bytes, served: bool
):
    offering = Provider("a", "openai", "https://a.test/v1", apis=None if apis is None else frozenset(apis))
    call = make_call(path=path, body=body)
    call.asked = call.dialect.parse(call.body)
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.grant = Grant(ROLE, Model("fast", (target("1", offering),)), None)
    if served:
        await plan.enter(call, make_runtime(call.policy, prices=FakePrices()))
        assert call.plan is not None
        assert len(call.plan.candidates) == 1
    else:
        with pytest.raises(Refused) as caught:
            await plan.enter(call, make_runtime(call.policy, prices=FakePrices()))
        assert caught.value.problem.code == "api_not_served"


# ---------------------------------------------------------------- operations on kept objects

KEEPER = Provider("keeper", "openai", "https://keeper.test/v1", (Secret("a"), Secret("b")), region="us")


async def planned_operation(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    team: str | None = None,
    header: bytes | None = None,
    **facts: Any,
) -> Candidate:
    models = {"fast": Model("fast", (target("a"), target("b", KEEPER)))}
    policy = make_policy(providers={"acme": PROVIDER, "keeper": KEEPER}, models=models)
    call = make_call(policy, path=path, method=method, body=body)
    if header is not None:
        call.named[b"x-gateway-provider"] = header
    call.asked = call.dialect.parse(body)
    call.caller = Caller("key", "key_1", None, team, ("caller",), None)
    call.grant = Grant(ROLE, facts.get("model"), None)
    call.places = facts.get("places")
    await plan.enter(call, make_runtime(policy, prices=FakePrices()))
    assert call.plan is not None
    [candidate] = call.plan.candidates
    return candidate


async def test_reading_is_free_and_may_be_tried_again():
    candidate = await planned_operation("GET", "/v1/files", header=b" keeper ")
    assert (candidate.target.name, candidate.target.model, candidate.credential) == ("keeper", "", 0)
    assert (candidate.retries, candidate.rates and candidate.rates.free) == (1, True)


async def test_it_goes_where_the_object_is():
    places = frozenset({Place("keeper", 1)})
    candidate = await planned_operation("DELETE", "/v1/files/file-1", places=places)
    assert (candidate.target.name, candidate.credential, candidate.retries) == ("keeper", 1, 0)


async def test_what_a_batch_will_cost_is_not_known():
    body = b'{"input_file_id": "file-1", "endpoint": "/v1/responses"}'
    candidate = await planned_operation("POST", "/v1/batches", body, places=frozenset({Place("keeper", 0)}))
    assert (candidate.rates, candidate.retries) == (None, 0)


async def test_nothing_new_is_kept_where_no_model_of_the_role_leads():
    upload = form_of(("purpose", "batch"), ("file", "{}", "a.jsonl"))
    call = make_call(make_policy(providers={"acme": PROVIDER, "keeper": KEEPER}), path="/v1/files")
    call.named[b"x-gateway-provider"] = b"keeper"
    call.asked = Asked(b"", {}, "", form=upload)
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.grant = Grant(ROLE, None, None)
    with pytest.raises(Refused) as caught:
        await plan.enter(call, make_runtime(call.policy, prices=FakePrices()))
    assert caught.value.problem.code == "unknown_provider"


async def test_a_residency_binds_what_is_kept():
    with pytest.raises(Refused) as caught:
        await planned_operation(
            "GET", "/v1/files/file-1", team="bound", places=frozenset({Place("keeper", 0)})
        )
    assert caught.value.problem.code == "residency"


async def test_a_model_is_tuned_once_and_no_other_in_its_stead():
    model = Model("fast", (target("a"), target("b", KEEPER)), ("other",), retries=3)
    candidate = await tuned(model)
    assert (candidate.target.name, candidate.credential) == ("keeper/b", 1)
    assert (candidate.retries, candidate.rates) == (0, None)


async def test_a_model_of_several_targets_is_tuned_at_one_of_them():
    targets = target("b", KEEPER, weight=0), target("c", KEEPER), target("d", KEEPER, weight=0)
    assert (await tuned(Model("fast", targets, retries=3))).target.name == "keeper/c"


async def tuned(model: Model) -> Candidate:
    body = b'{"model": "fast", "training_file": "file-1"}'
    places = frozenset({Place("keeper", 1)})
    return await planned_operation("POST", "/v1/fine_tuning/jobs", body, model=model, places=places)
