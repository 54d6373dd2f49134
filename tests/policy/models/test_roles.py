from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.roles import RoleEntry


def test_an_empty_role_has_no_model_and_every_api():
    role = RoleEntry()
    assert role.models == ()
    assert role.apis is None


def test_an_empty_role_may_offer_functions_and_nothing_that_a_provider_runs():
    tools = RoleEntry().tools
    assert tools.functions is None
    assert (tools.hosted, tools.mcp_servers) == ((), ())


def test_an_empty_role_may_set_no_privileged_switch():
    assert RoleEntry().allow == ()


@pytest.mark.parametrize("allow", ["everything", "Store", ""])
def test_a_switch_that_is_not_known_is_refused(allow: str):
    with pytest.raises(ValidationError):
        RoleEntry.model_validate({"allow": (allow,)})
