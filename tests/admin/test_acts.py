"""An act is recorded before it is done, and how it ended whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.acts import Act, ActEnding, recorded
from gateway.admin.desk import conflict
from gateway.errors import SpoolUnavailable
from gateway.stores.interfaces import StoreUnavailable

ACT = Act("act_1", 0, Actor("os"), "keys.revoke", {"key": "key_1"})


@dataclass
class Listed:
    """gateway.admin.acts.Acts, as a list. `full`: nothing can be recorded."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    full: bool = False

    def record(self, act: Act) -> None:
        if self.full:
            raise SpoolUnavailable("full")
        self.told.append(("begun", act.id))

    def ended(self, act: Act, ending: ActEnding, result: Mapping[str, Any]) -> None:
        self.told.append((ending, act.id, dict(result)))


def test_it_is_recorded_before_it_is_done_and_its_result_after():
    acts = Listed()
    with recorded(acts, ACT) as result:
        assert acts.told == [("begun", "act_1")]
        result["key"] = "key_2"
    assert acts.told[1:] == [("done", "act_1", {"key": "key_2"})]


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (
            conflict("it was revoked", "key_revoked"),
            ("refused", "act_1", {"code": "key_revoked", "message": "it was revoked"}),
        ),
        (StoreUnavailable("gone"), ("failed", "act_1", {"message": "gone"})),
        (KeyError("ours"), ("failed", "act_1", {})),
        (KeyboardInterrupt(), ("failed", "act_1", {})),
    ],
)
def test_what_goes_wrong_is_recorded_and_told(error: BaseException, ended: tuple[object, ...]):
    acts = Listed()
    with pytest.raises(type(error)), recorded(acts, ACT):
        raise error
    assert acts.told[1:] == [ended]


def test_what_cannot_be_recorded_is_not_done():
    acts, done = Listed(full=True), []
    with pytest.raises(SpoolUnavailable), recorded(acts, ACT):
        done.append("it")
    assert (acts.told, done) == ([], [])
