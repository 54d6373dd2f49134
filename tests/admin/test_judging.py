"""A proposal is judged in a process of its own: in bounded time, and without anything of this one's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from gateway.admin.judging import Asked, judged, judged_apart
from gateway.errors import Kind, Refused
from gateway.policy.withheld import KeptFile
from gateway.stores.revisions import Revision

OLD = Revision("0ld", '{"gateway":{"number":"1"}}', {"a.yaml": KeptFile("gateway: 1\n")})


def test_a_policy_is_told_with_what_it_would_change():
    told = judged_apart({"a.yaml": "gateway: 1\nteams: {support: {}}\n"}, OLD)
    assert told.faults == [] and "teams" in [one.path for one in told.changes]
    assert "+teams: {support: {}}" in told.patch


def test_without_one_before_it_all_is_new():
    told = judged_apart({"a.yaml": "gateway: 1\n"}, None)
    assert (told.revision is None, told.changes, "+gateway: 1" in told.patch) == (False, [], True)


def test_faults_name_the_file_and_not_where_it_was_put():
    told = judged_apart({"b.yaml": "gateway: 1\nmodelz: 1\n"}, None)
    assert [(one.file, one.line) for one in told.faults] == [("b.yaml", 2)]
    assert tempfile.gettempdir() not in told.model_dump_json()


def test_what_takes_too_long_is_given_up_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Refused) as refused:
        judged_apart({"a.yaml": "gateway: 1\n"}, None, most_s=0.001)
    assert refused.value.problem.kind is Kind.INVALID_REQUEST
    assert list(tmp_path.iterdir()) == []


def test_the_process_judges_what_it_is_given(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("gateway: 1\nroles: {caller: {modelz: []}}\n")
    told = judged(Asked(folder=tmp_path))
    assert told.revision is None
    assert "modelz" in told.faults[0].message
