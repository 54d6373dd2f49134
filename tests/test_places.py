"""Where an operation on kept objects goes."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.dialects.anthropic_family import ANTHROPIC
from gateway.dialects.interface import Dialect
from gateway.dialects.kept_openai import OPERATIONS
from gateway.dialects.kept_operations import kept_dialect
from gateway.dialects.openai_family import OPENAI
from gateway.errors import Kind, Refused
from gateway.places import place_for
from gateway.policy.roles import Role, Team
from gateway.policy.secrets import Secret
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.stores.ownership import Place

LIST, UPLOAD, READ, BATCH = (
    kept_dialect(next(one for one in OPERATIONS if one.deed == deed), "openai", "", {}, b"")
    for deed in ("files.list", "files.upload", "files.read", "batches.create")
)
KEYS = (Secret("one"), Secret("two"))
CHATTY = Provider("chatty", "openai", apis=frozenset({"chat"}))
FIRST = Provider("first", "openai", credentials=KEYS, region="us", apis=frozenset({"files", "batches"}))
SECOND = Provider("second", "azure", credentials=KEYS, region="eu")
CLAUDE = Provider("claude", "anthropic", region="eu")
ECHO = Provider("echo", "echo")
BOUND = Team("bound", regions=frozenset({"eu"}))
ALL = Role("all", models=("*",))
SECONDS = Role("seconds", models=("second-*",))
NONE = Role("none")


def placed(
    *providers: Provider,
    team: Team | None = None,
    chosen: str | None = None,
    places: Any = None,
    family: Any = OPENAI,
    role: Role = ALL,
    dialect: Dialect = UPLOAD,
) -> tuple[str, int]:
    """Each provider has the models whose names begin with its own."""
    models = {f"{one.name}-*": Model(f"{one.name}-*", (Target("t", one, "*"),)) for one in providers}
    policy = Policy("rev-1", providers={one.name: one for one in providers}, models=models)
    kept = None if places is None else frozenset(Place(*one) for one in places)
    provider, credential = place_for(
        policy, dialect, family, role=role, team=team, places=kept, chosen=chosen
    )
    return provider.name, credential


def refused(*providers: Provider, **facts: Any) -> tuple[Kind, str | None]:
    with pytest.raises(Refused) as caught:
        placed(*providers, **facts)
    assert caught.value.stage == "plan"
    return caught.value.problem.kind, caught.value.problem.code


def test_a_new_object_goes_to_the_first_that_offers_it():
    assert placed(ECHO, CHATTY, CLAUDE, FIRST, SECOND) == ("first", 0)


def test_a_family_has_its_own():
    assert placed(FIRST, CLAUDE, family=ANTHROPIC) == ("claude", 0)


def test_a_team_stays_in_its_regions():
    assert placed(FIRST, SECOND, team=BOUND) == ("second", 0)
    assert refused(FIRST, team=BOUND) == (Kind.FORBIDDEN, "residency")


def test_a_caller_may_choose_among_those():
    assert placed(FIRST, SECOND, chosen="second") == ("second", 0)
    for name in ("chatty", "claude", "nobody", ""):
        assert refused(FIRST, CHATTY, CLAUDE, chosen=name) == (Kind.INVALID_REQUEST, "unknown_provider")
    assert refused(FIRST, SECOND, chosen="first", team=BOUND) == (Kind.INVALID_REQUEST, "unknown_provider")


def test_what_is_new_goes_only_where_a_model_of_the_role_leads():
    assert placed(FIRST, SECOND, role=SECONDS) == ("second", 0)
    assert placed(FIRST, SECOND, role=SECONDS, chosen="second") == ("second", 0)
    assert refused(FIRST, SECOND, role=SECONDS, chosen="first") == (
        Kind.INVALID_REQUEST,
        "unknown_provider",
    )
    assert refused(FIRST, role=SECONDS) == (Kind.FORBIDDEN, "provider_forbidden")
    assert refused(FIRST, SECOND, role=NONE) == (Kind.FORBIDDEN, "provider_forbidden")
    assert refused(FIRST, SECOND, role=NONE, chosen="first") == (Kind.INVALID_REQUEST, "unknown_provider")


def test_a_batch_is_new_although_its_file_is_there():
    places = [("first", 0)]
    assert placed(FIRST, SECOND, places=places, dialect=BATCH) == ("first", 0)
    for role in (SECONDS, NONE):
        refusal = refused(FIRST, SECOND, places=places, dialect=BATCH, role=role)
        assert refusal == (Kind.FORBIDDEN, "provider_forbidden")


def test_what_is_ones_own_can_be_seen_without_its_models():
    assert placed(FIRST, SECOND, places=[("first", 1)], dialect=READ, role=NONE) == ("first", 1)
    assert placed(FIRST, SECOND, dialect=LIST, role=NONE, chosen="second") == ("second", 0)
    assert placed(FIRST, SECOND, dialect=LIST, role=NONE) == ("first", 0)


def test_a_list_is_asked_first_where_new_objects_go():
    assert placed(FIRST, SECOND, dialect=LIST, role=SECONDS) == ("second", 0)


def test_nobody_who_offers_it_is_said_so():
    assert refused(CHATTY, ECHO, CLAUDE) == (Kind.INVALID_REQUEST, "api_not_served")


def test_what_is_kept_is_asked_where_it_is_whatever_was_chosen():
    assert placed(FIRST, SECOND, places=[("second", 1)], chosen="first") == ("second", 1)


@pytest.mark.parametrize("place", [("gone", 0), ("first", 2)])
def test_a_keeper_that_is_off_is_unavailable(place):
    assert refused(FIRST, places=[place]) == (Kind.UNAVAILABLE, "no_provider")


def test_a_keeper_out_of_bounds_is_not_asked():
    assert refused(FIRST, SECOND, places=[("first", 0)], team=BOUND) == (Kind.FORBIDDEN, "residency")
