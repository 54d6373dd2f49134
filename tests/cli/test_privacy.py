import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.privacy import build
from gateway.cli.wrong_use import WrongUse

TEXT = "é Megan Okafor, ann@example.org"
ROWS = [
    {"id": "a", "lang": "en", "text": "ann@example.org", "spans": [{"start": 0, "end": 15, "type": "EMAIL"}]},
    {"id": "b", "lang": "fr", "text": "Qzx Vbn", "spans": [{"start": 0, "end": 7, "type": "PERSON"}]},
    {"id": "c", "lang": "en", "text": "nothing here", "spans": []},
]


def run(*arguments: str, given: str | bytes = "") -> str:
    result = CliRunner().invoke(build(), list(arguments), input=given)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_scan_prints_spans_in_characters_and_the_redacted_text():
    answer = json.loads(run("scan", "-", "--json", given=TEXT))
    assert [(s["type"], TEXT[s["start"] : s["end"]]) for s in answer["spans"]] == [
        ("PERSON", "Megan Okafor"),
        ("EMAIL", "ann@example.org"),
    ]
    assert answer["redacted"] == "é <PERSON_1>, <EMAIL_1>"


def test_scan_shows_people_what_would_stand_for_what(tmp_path: Path):
    file = tmp_path / "text"
    file.write_text(TEXT, encoding="utf-8")
    assert "é Megan Okafor<PERSON_1>, ann@example.org<EMAIL_1>" in run("scan", str(file))


def test_scan_looks_only_for_what_was_named():
    answer = json.loads(run("scan", "-", "--json", "--entity", "EMAIL_ADDRESS", given=TEXT))
    assert [span["type"] for span in answer["spans"]] == ["EMAIL"]


def test_score_counts_by_kind_and_language_and_names_rows_never_values(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    answer = json.loads(run("score", str(file), "--json"))
    figures = {(s["type"], s["language"]): (s["labels"], s["recall"], s["leak"]) for s in answer["scores"]}
    assert figures["EMAIL", "en"] == (1, 1.0, 0.0)
    assert figures["all", "all"] == (2, 0.5, 0.5)
    assert answer["harmless"] == {"rows": 1, "touched": 0}
    assert answer["leaks"] == [{"type": "PERSON", "row": "b"}]
    assert "Qzx" not in run("score", str(file))


def test_the_examples_in_the_docs_do_what_is_said(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs/privacy.md").read_text(encoding="utf-8")
    (given,) = re.findall(r'echo "(.*)" \| gateway privacy scan -', page)
    assert (
        json.loads(run("scan", "-", "--json", given=given))["redacted"]
        == "<PERSON_1>, <EMAIL_1>, owes 20 EUR"
    )
    (row,) = re.findall(r"```json\n(.*)\n```", page)
    (tmp_path / "rows.jsonl").write_text(row)
    assert json.loads(run("score", str(tmp_path / "rows.jsonl"), "--json"))["leaks"] == []


@pytest.mark.parametrize("content", ["{", "[]", '{"id": 1}'])
def test_rows_of_another_form_are_wrong_use(tmp_path: Path, content: str):
    file = tmp_path / "rows.jsonl"
    file.write_text(content)
    with pytest.raises(WrongUse, match=r"rows\.jsonl:1"):
        run("score", str(file))


def test_what_cannot_be_read_is_wrong_use():
    with pytest.raises(WrongUse, match="No such file"):
        run("scan", "does-not-exist")
    with pytest.raises(WrongUse, match="not UTF-8 at byte 1"):
        run("scan", "-", given=b"a\xff")
    with pytest.raises(WrongUse, match="did you mean"):
        run("scan", "-", "--entity", "EMIAL", given="x")


POLICY = """
privacy:
  default: usual
  recognizers:
    badge: {entity: BADGE, patterns: ['BX-\\d{4}']}
    desk: {entity: EMAIL, allow: [desk@example.org]}
  profiles:
    usual: {}
    few: {entities: {default: allow, EMAIL: mask}}
"""
BADGED = "BX-2041, ann@example.org, desk@example.org"


@pytest.mark.parametrize(
    ("options", "found"), [([], ["BX-2041", "ann@example.org"]), (["--profile", "few"], ["ann@example.org"])]
)
def test_scan_looks_for_what_a_profile_of_a_policy_looks_for(
    options: list[str], found: list[str], tmp_path: Path
):
    (tmp_path / "policy.yaml").write_text(POLICY)
    answer = json.loads(run("scan", "-", "--json", "--policies", str(tmp_path), *options, given=BADGED))
    assert [BADGED[span["start"] : span["end"]] for span in answer["spans"]] == found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "usual"], "give that too"),
        (["--policies", ".", "--entity", "EMAIL"], "leave --entity"),
        (["--policies", ".", "--profile", "strict"], "no profile `strict`; it has few, usual"),
        (["--model", "en"], "LANGUAGE=MODEL"),
        (["--entity", "URL"], "nothing here finds URL"),
    ],
)
def test_what_cannot_be_asked_for_is_said(options: list[str], said: str, tmp_path: Path, monkeypatch):
    (tmp_path / "policy.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUse, match=re.escape(said)):
        run("scan", "-", *options, given="x")


def test_a_policy_with_a_pattern_that_is_not_linear_is_told_with_its_place(tmp_path: Path):
    (tmp_path / "policy.yaml").write_text(POLICY.replace("BX-", "(?<=B)X-"))
    with pytest.raises(
        WrongUse, match=r"policy.yaml:5:\d+: privacy.recognizers.badge.patterns\[0\]: expected a regular"
    ):
        run("scan", "-", "--policies", str(tmp_path), given="x")
