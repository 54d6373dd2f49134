"""What calls would cost by today's prices: recorded beside what was, never in its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from gateway.admin.actor import Actor
from gateway.admin.acts import Act
from gateway.admin.administration import Administration
from gateway.admin.recomputing import declared
from gateway.admin.usage_bodies import Span, UsageAsked
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.policy.price import Price
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.settings import Settings
from gateway.stores.database import reading
from gateway.stores.tables import calls, corrections
from tests.admin.test_acts import Listed
from tests.admin.test_keys import refusal
from tests.parts.spending import Spent, spend

OPENAI = Provider("openai", "openai", "https://api.openai.com/v1")
VLLM = Provider("vllm", "openai", "http://10.0.0.1/v1", free=True)
DEAR = Target(
    "acme/big", Provider("acme", "openai", "https://acme.test"), "big", price=Price(Decimal(2), Decimal(8))
)
OWN = frozenset({"usage:read", "usage:recompute"})
POLICY = Policy(
    "rev-1",
    providers={one.name: one for one in (OPENAI, VLLM, DEAR.provider)},
    models={"fast": Model("fast", (DEAR,)), "local": Model("local", (Target("vllm/m", VLLM, "m"),))},
    roles={
        "money": Role("money", permissions=OWN),
        "own": Role("own", permissions=OWN, within_own_team=True),
    },
    teams={"support": Team("support")},
)
ALL = Span()
MONEY = Actor("key", roles=("money",))
LEAD = Actor("key", roles=("own",), team="support")


@dataclass
class Begun(Listed):
    """With what the acts are about."""

    begun: list[Act] = field(default_factory=list)

    def record(self, act: Act) -> None:
        super().record(act)
        self.begun.append(act)


@contextmanager
def administered(folder: Path, *made: Spent) -> Iterator[tuple[Administration, Begun]]:
    with open_installation(Settings(data=folder)) as installation:
        spend(installation.database.engine, made)
        listed = Begun()
        yield Administration(installation, lambda: POLICY, listed), listed


def rows(to: Administration, table: Any) -> list[Any]:
    with reading(to.desk.installation.database.engine) as connection:
        return list(connection.execute(table.select()))


def test_looking_says_what_would_change_and_records_nothing(tmp_path: Path):
    cheap = Spent("a", target="acme/big", usd=100, version="policy")
    with administered(tmp_path, cheap, Spent("b", target="acme/big", usd=2_800_000)) as (to, listed):
        told = to.recomputing.look(MONEY, ALL)
        assert (rows(to, corrections), listed.begun) == ([], [])
    assert (told.recomputation, told.calls, told.changed) == (None, 2, 1)
    assert (told.cost_usd, told.new_cost_usd) == ("0.002800100", "0.005600000")
    assert {(line.price_version, line.new_price_version, line.changed) for line in told.lines} == {
        ("policy", "policy", 1),
        ("genai-prices 0 2026-11-20", "policy", 0),
    }


def test_applying_puts_a_correction_beside_the_call_and_leaves_the_call(tmp_path: Path):
    with administered(tmp_path, Spent("a", target="acme/big", usd=100)) as (to, _):
        before = rows(to, calls)
        told = to.recomputing.apply(MONEY, ALL)
        assert rows(to, calls) == before
        assert rows(to, corrections) == [("a", told.recomputation, 2_800_000, "policy")]
        total = to.usage.report(MONEY, UsageAsked()).total
    assert (total.cost_usd, total.corrected_usd, total.recomputed) == ("0.000000100", "0.002800000", 1)


def test_applying_is_an_act_with_its_sums_and_a_digest_of_what_it_said(tmp_path: Path):
    with administered(tmp_path, Spent("a", target="acme/big", usd=100)) as (to, listed):
        told = to.recomputing.apply(MONEY, ALL)
    [begun] = listed.begun
    [_, (ending, _, result)] = listed.told
    assert (begun.name, begun.about["recomputation"], ending) == (
        "usage.recompute",
        told.recomputation,
        "done",
    )
    assert isinstance(result, dict)
    assert (result["changed"], result["new_cost_usd"], len(result["sha256"])) == (1, "0.002800000", 64)


def test_a_correction_that_is_right_no_more_is_withdrawn(tmp_path: Path):
    right = Spent("a", target="acme/big", usd=2_800_000)
    with administered(tmp_path, right) as (to, _):
        recorded = corrections.insert().values(
            call="a", recomputation="r0", cost_nano_usd=1, price_version="old"
        )
        with to.desk.installation.database.engine.connect() as connection, connection.begin():
            connection.execute(recorded)
        to.recomputing.apply(MONEY, ALL)
        assert rows(to, corrections) == []


def test_where_no_price_is_known_what_is_recorded_stays(tmp_path: Path):
    gone = Spent("a", target="gone/model", usd=7)
    with administered(tmp_path, gone) as (to, _):
        told = to.recomputing.look(MONEY, ALL)
    assert (told.unpriced, told.changed, told.new_cost_usd) == (1, 0, "0.000000007")


def test_what_was_held_for_work_that_was_not_told_is_not_taken_out_of_a_cost(tmp_path: Path):
    with administered(tmp_path, Spent("a", target="acme/big", usd=7, version="policy + held")) as (to, _):
        assert to.recomputing.look(MONEY, ALL).calls == 0


def test_a_call_whose_price_was_not_known_gets_one(tmp_path: Path):
    unknown = Spent("a", target="acme/big", usd=None, version=None)
    with administered(tmp_path, unknown, Spent("b", target="vllm/m", usd=3)) as (to, _):
        told = to.recomputing.look(MONEY, ALL)
    assert [(line.target, line.new_cost_usd) for line in told.lines] == [
        ("acme/big", "0.002800000"),
        ("vllm/m", "0.000000000"),
    ]


def test_the_list_knows_a_model_that_no_policy_declares(tmp_path: Path):
    with administered(tmp_path, Spent("a", model="other", usd=None)) as (to, _):
        [line] = to.recomputing.look(MONEY, ALL).lines
    assert line.new_price_version is not None
    assert line.new_price_version.startswith("genai-prices ")
    assert line.new_cost_usd == "0.000450000"


def test_what_is_billed_later_or_never_is_left_alone(tmp_path: Path):
    later = Spent("a", target="acme/big", tokens=(0, 0), usd=None, version=None)
    never = Spent("b", target="acme/big", usd=0, version="not billed")
    with administered(tmp_path, later, never) as (to, _):
        assert to.recomputing.look(MONEY, ALL).calls == 0


def test_within_ones_own_team_one_may_look_but_not_record(tmp_path: Path):
    made = Spent("a", target="acme/big"), Spent("b", target="acme/big", team="legal")
    with administered(tmp_path, *made) as (to, _):
        assert to.recomputing.look(LEAD, ALL).calls == 1
        refusal(Kind.FORBIDDEN, to.recomputing.apply, LEAD, ALL)


def test_a_span_is_all_that_is_recomputed(tmp_path: Path):
    early = Spent("a", target="acme/big", usd=1, at="2026-10-01T00:00:00.000Z")
    with administered(tmp_path, early, Spent("b", target="acme/big", usd=1)) as (to, _):
        told = to.recomputing.apply(MONEY, Span(since="2026-11-01T00:00:00Z"))
        assert [row.call for row in rows(to, corrections)] == ["b"]
    assert told.calls == 1


def test_the_price_of_the_model_that_was_asked_for_comes_first():
    other = Target("acme/big", DEAR.provider, "big")
    policy = Policy("r", models={"a": Model("a", (other,)), "b": Model("b", (DEAR,), fallbacks=("a",))})
    assert declared(policy, "b", "acme/big") is DEAR
    assert declared(policy, "nothing of these", "acme/big") is other
    assert declared(policy, None, "acme/none") is None
