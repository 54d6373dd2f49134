"""An explanation names the limits and budgets that would be asked, what is left of them, and a freeze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import structs

from gateway.call import Caller
from gateway.ledger.demands import Freeze, Increase
from gateway.measures import MeasuresTaken
from gateway.policy.match import Match
from gateway.policy.models.match import MatchEntry
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.rehearsal.entries import EntryWord, Standing
from gateway.rehearsal.explain import Explanation, explain
from gateway.rehearsal.rehearse import Circumstances
from gateway.rehearsal.requests import Facts, request_of
from gateway.stores.spending import Used
from tests.ledger.declared import budget, limit
from tests.ledger.test_balances import ROW, Rows
from tests.parts.runtime import NOON_MS
from tests.rehearsal.test_explain import Priced

ONE = Provider("one", "openai", "https://one.test/v1", region="us")
TWO = Provider("two", "openai", "https://two.test/v1", region="eu")
NOTHING = MeasuresTaken((), (), frozenset(), {})


def policy(*entries: Any) -> Policy:
    return Policy(
        "rev-1",
        models={
            "fast": Model("fast", (Target("one/small", ONE, "small"),), fallbacks=("steady",)),
            "steady": Model("steady", (Target("two/large", TWO, "large"),)),
        },
        roles={"caller": Role("caller", models=("*",), max_output_tokens=10)},
        teams={"support": Team("support")},
        entries=tuple(entries),
    )


async def explained(
    *entries: Any, standing: Standing | None = None, team: str | None = "support"
) -> Explanation:
    caller = Caller("key", "key_1", None, team, ("caller",), None)
    asked, at = request_of(Facts(model="fast")), Circumstances(at_ms=NOON_MS)
    return await explain(policy(*entries), caller, asked, at, Priced(), standing)


def standing(*rows: Used, measures: MeasuresTaken = NOTHING) -> Standing:
    return Standing(measures, Rows(*rows))


async def test_each_entry_is_named_with_whom_it_counts_and_how_much_there_may_be():
    found = await explained(
        *limit(requests="60/minute", tokens="100k/hour", concurrent=8, per=["key"]),
        budget(per=["team"], on_exceeded={"downgrade": "steady"}),
        budget(name="other", match={"team": ("legal",)}),
    )
    assert found.entries == (
        EntryWord("per-user", "requests", ("key=key_1",), "60 requests a minute", "block"),
        EntryWord("per-user", "tokens", ("key=key_1",), "100000 tokens an hour", "block"),
        EntryWord("per-user", "concurrent", ("key=key_1",), "8 calls at once", "block"),
        EntryWord(
            "support-month",
            "budget",
            ("team=support",),
            "500 USD",
            "steady",
            resets_at="2027-02-01T00:00:00.000Z",
        ),
    )


async def test_what_is_left_is_told_where_the_records_can_be_asked():
    found = await explained(
        *limit(requests="60/minute", tokens="100k/hour", concurrent=8, per=["team"]),
        budget(per=["team"], period="total", amount="0.000000009 USD"),
        standing=standing(ROW, ROW._replace(team="legal", nano_usd=9)),
    )
    assert [each.left for each in found.entries] == ["59 requests", "99991 tokens", None, "0.000000006 USD"]


async def test_what_is_counted_by_person_is_not_known_for_somebody():
    found = await explained(budget(per=["team", "end_user"]), standing=standing(ROW))
    assert (found.entries[0].scope, found.entries[0].left is None) == (("team=support", "key=key_1"), False)
    caller = Caller("key", "key_1", "somebody", "support", ("caller",), None)
    at = Circumstances(at_ms=NOON_MS)
    whole = policy(budget(per=["user"]))
    found = await explain(whole, caller, request_of(Facts(model="fast")), at, Priced(), standing(ROW))
    assert (found.entries[0].scope, found.entries[0].left) == (("user=somebody",), None)


async def test_an_increase_is_in_the_amount_and_in_what_is_left():
    raised = structs.replace(NOTHING, increases={"support-month": (Increase(10**9, NOON_MS + 1, "launch"),)})
    found = await explained(budget(amount="1 USD"), standing=standing(measures=raised))
    assert (found.entries[0].amount, found.entries[0].left) == ("2 USD", "2 USD")


async def test_what_only_a_fallback_is_asked_is_named_with_where_that_goes():
    found = await explained(*limit(requests="9/minute", per=["provider"]), budget())
    assert [(each.entry, each.scope, each.target) for each in found.entries] == [
        ("per-user", ("provider=one",), None),
        ("support-month", (), None),
        ("per-user", ("provider=two",), "two/large"),
    ]


def taken(of_caller: bool = False, **match: tuple[str, ...]) -> MeasuresTaken:
    freeze = Freeze("frz_1", Match.of(MatchEntry.model_validate(match)))
    return MeasuresTaken((freeze,), (freeze,) if of_caller else (), frozenset(match), {})


async def test_what_is_frozen_is_refused_whatever_the_policy_allows():
    for measures, stage in (
        (taken(of_caller=True, team=("support",)), "throttle"),
        (taken(provider=("*",)), "reserve"),
    ):
        found = await explained(budget(), standing=standing(measures=measures))
        told = found.decision, found.stage, found.rule, found.status, found.code
        assert told == ("refuse", stage, "frz_1", 403, "frozen")
        assert found.entries == ()


async def test_a_frozen_provider_leaves_what_the_fallback_is_asked():
    found = await explained(
        *limit(requests="9/minute", per=["provider"]), standing=standing(measures=taken(provider=("one",)))
    )
    assert (found.decision, [each.scope for each in found.entries]) == ("allow", [("provider=two",)])


class Nowhere(Rows):
    def used(self, since: str, until: str, cuts: Mapping[str, int]) -> Sequence[Used]:
        raise AssertionError("nobody was to be asked")


async def test_without_entries_nobody_is_asked():
    assert (await explained(standing=Standing(NOTHING, Nowhere()))).entries == ()
