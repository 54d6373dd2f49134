"""docs/access.md: its examples are policies, its tables are true, and its lists are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway import claims
from gateway.policy.models.permissions import PERMISSIONS
from gateway.policy.permissions import Permitted, permitted
from gateway.stages import authorize
from tests.access.judging import Row, rows_of, verdict
from tests.policy.folder import loaded

TEXT = (Path(__file__).parents[2] / "docs/access.md").read_text(encoding="utf-8")
CALLS, PERMISSIONS_OF = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ROWS = rows_of(TEXT)


def table(first: str) -> list[list[str]]:
    """The cells of the table whose first column is called so, without ticks."""
    rows = TEXT.partition(f"\n| {first} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(cell for cell in row[:7] if cell))
async def test_a_call_is_decided_as_the_page_says(row: Row, tmp_path: Path):
    assert await verdict(loaded(tmp_path, CALLS), row) == row.verdict


def test_the_page_has_such_rows():
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", table("holder"), ids=" ".join)
def test_a_permission_is_decided_as_the_page_says(row: list[str], tmp_path: Path):
    holder, team, address, wanted, about, answer = row
    found = permitted(
        loaded(tmp_path, PERMISSIONS_OF),
        tuple(holder.split()),
        team or None,
        next(word for word in PERMISSIONS if word == wanted),
        about or None,
        at_ms=0,
        address=address,
    )
    assert isinstance(found, Permitted) is (answer == "yes")


def test_every_permission_is_explained():
    assert tuple(word for word, _ in table("permission")) == PERMISSIONS


def test_every_objection_of_a_role_is_explained():
    listed = [code for code, *_ in table("code")]
    assert [code for code in listed if code in authorize.OBJECTIONS] == authorize.OBJECTIONS
    assert {row.verdict[4:] for row in ROWS if row.verdict.startswith("4")} <= set(listed)


def test_every_header_that_claims_is_listed():
    known = (
        claims.USE_CASE,
        claims.TAGS,
        claims.END_USER,
        *claims.TAG_LISTS,
        *claims.TAG_OBJECTS,
        claims.TAG_PREFIX,
        *claims.END_USERS,
    )
    assert [name for name in known if f"`{name.decode()}" not in TEXT] == []
