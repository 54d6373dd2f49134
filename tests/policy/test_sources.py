from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.policy.sources import MAX_FILE_BYTES, Source, decode, read_folder
from tests.policy.folder import ECHO, faults, loaded, written


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decode("a", b"\xef\xbb\xbfteams: {}\n") == Source("a", "teams: {}\n")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a: \xe9\n", "f:1:4: this is not UTF-8 (byte 0xe9): save it as UTF-8 text"),
        ("a: é\nb: ".encode() + b"\xff", "f:2:4: this is not UTF-8 (byte 0xff): save it as UTF-8 text"),
        (b"PK\x03\x04\x00", "f:1:3: an invisible character (U+0003): remove it"),
        (b"a: b\n\x00\x00", "f:2:1: this file is binary: expected YAML, saved as UTF-8 text"),
        (b"\xff\xfea\x00", "f:1:1: this file is UTF-16: save it as UTF-8"),
        ("a: b # \u202e x\n".encode(), "f:1:8: an invisible character (U+202E): remove it"),
        ("a: b # x\u2028teams: {}\n".encode(), "f:1:9: an invisible character (U+2028): remove it"),
        ("a: b # x\x85teams: {}\n".encode(), "f:1:9: an invisible character (U+0085): remove it"),
        ("a: \ufeffb\n".encode(), "f:1:4: an invisible character (U+FEFF): remove it"),
        (b"a:\r\n- \x1b[2J\r\n", "f:2:3: an invisible character (U+001B): remove it"),
    ],
)
def test_what_is_no_text_is_a_fault_at_its_place(content: bytes, line: str):
    assert str(decode("f", content)) == line


def test_a_file_of_one_mebibyte_is_read_and_a_larger_one_is_not():
    assert isinstance(decode("f", b"#" * MAX_FILE_BYTES), Source)
    assert "larger than 1 MiB" in str(decode("f", b"#" * (MAX_FILE_BYTES + 1)))


def test_a_yml_file_is_not_passed_over(tmp_path: Path):
    assert faults(tmp_path, {"a.yaml": "teams: {}\n", "b.yml": "roles: {}\n"}) == [
        "b.yml:1:1: only *.yaml is read: rename this file to b.yaml, or remove it"
    ]


PROMPT = 'labels: {production: "1"}\nversions: {"1": {model: echo, template: "{{ a }}"}}\n'


def with_prompt(folder: Path, text: str) -> list[str]:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "p.yaml").write_text(text)
    return faults(folder, ECHO)


def test_a_prompt_may_stand_in_a_file_of_its_own(tmp_path: Path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "p.yaml").write_text(PROMPT)
    chain = "chains: {c: {steps: [{name: s, prompt: p}]}}\n"
    apart = loaded(tmp_path, ECHO + chain).revision
    (tmp_path / "prompts" / "p.yaml").unlink()
    inner = 'prompts: {p: {labels: {production: "1"}, versions: {"1": {model: echo, template: "{{ a }}"}}}}\n'
    assert loaded(tmp_path, ECHO + chain + inner).revision == apart


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PROMPT.replace("model: echo", "model: ecko"), "prompts/p.yaml:2:25: there is no model `ecko`"),
        ("version: {}\n", "prompts/p.yaml:1:1: `version` is no key of prompts.p"),
        ("", "prompts/p.yaml:1:1: "),
        ("a\n", "prompts/p.yaml:1:1: prompts.p: expected a map"),
        ("a: [\n", "prompts/p.yaml:2:1: "),
    ],
)
def test_a_mistake_in_a_prompts_file_is_reported_there(text: str, line: str, tmp_path: Path):
    assert any(each.startswith(line) for each in with_prompt(tmp_path, text))


def test_a_prompt_stands_in_one_place(tmp_path: Path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "p.yaml").write_text(PROMPT)
    (line,) = faults(tmp_path, ECHO + 'prompts:\n  p: {versions: {"1": {model: echo, template: a}}}\n')
    assert line == "prompts/p.yaml:1:1: `p` is declared twice: first at a.yaml:4:3, keep one of them"


def test_the_name_of_a_prompts_file_is_the_prompts_name(tmp_path: Path):
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "a b.yaml").write_text(PROMPT)
    (line,) = faults(tmp_path, ECHO)
    assert line.startswith("prompts/a b.yaml:1:1: `a b` can't be a name here")


def test_other_files_folders_and_hidden_files_are_passed_over(tmp_path: Path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "t.yaml").write_text("x: [\n")
    (tmp_path / ".#a.yaml").symlink_to("nowhere")
    files = {"a.yaml": "teams: {}\n", "README.md": "# x", "a.yaml~": "x: ["}
    assert loaded(tmp_path, files).revision


def test_a_folder_without_a_file_is_one_fault(tmp_path: Path):
    assert [str(fault) for fault in read_folder(tmp_path)[1]] == [
        f"{tmp_path}:1:1: no *.yaml file in this folder: a policy is at least one"
    ]


def test_a_file_in_place_of_a_folder_is_one_fault(tmp_path: Path):
    path = written(tmp_path, {"a.yaml": ""}) / "a.yaml"
    (fault,) = read_folder(path)[1]
    assert str(fault) == f"{path}:1:1: expected a folder with *.yaml files, found a file"


def test_a_pipe_or_a_folder_of_that_name_is_not_read(tmp_path: Path):
    os.mkfifo(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").mkdir()
    assert [fault.message for fault in read_folder(tmp_path)[1]] == [
        "expected a file, found something else of that name"
    ] * 2


def test_a_link_to_nowhere_is_a_fault(tmp_path: Path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere")
    (fault,) = read_folder(tmp_path)[1]
    assert fault.message == "this file can't be read: No such file or directory"


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path):
    written(tmp_path, {"b.yaml": "b", "a.yaml": "a", "C.yaml": "c"})
    assert [Path(source.name).name for source in read_folder(tmp_path)[0]] == ["C.yaml", "a.yaml", "b.yaml"]
