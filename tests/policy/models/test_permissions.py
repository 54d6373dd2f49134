from __future__ import annotations

from typing import get_args

import pytest

from gateway.policy.models.permissions import PERMISSIONS, PermissionWord, Wildcard, meant_by


def test_a_permission_means_itself():
    assert [meant_by(word) for word in PERMISSIONS] == [{word} for word in PERMISSIONS]


@pytest.mark.parametrize("word", get_args(Wildcard))
def test_a_wildcard_means_all_of_its_area_and_nothing_else(word: PermissionWord):
    area = word.removesuffix("*")
    assert meant_by(word) == {each for each in PERMISSIONS if each.startswith(area)} != set()


def test_every_area_has_its_wildcard():
    assert {word.partition(":")[0] for word in PERMISSIONS} == {
        word.partition(":")[0] for word in get_args(Wildcard)
    }


def test_a_permission_that_begins_another_does_not_mean_it():
    assert meant_by("usage:read") == {"usage:read"}
