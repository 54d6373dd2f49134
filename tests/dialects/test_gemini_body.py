"""What Gemini's bodies have in common: spellings, the repeated model, files that a provider keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from gateway.dialects.body import members
from gateway.dialects.gemini_body import (
    both,
    check_model,
    inner,
    member,
    model_edits,
    names,
    refuse_held_files,
    snake,
    spelling,
)
from gateway.dialects.interface import BadBody, NotOffered

ANY = names(("model",))


def fields(**values: Any) -> dict[str, Raw]:
    return members(json.dumps(values).encode(), ANY)


def content(*parts: Any) -> bytes:
    return json.dumps({"contents": [{"role": "user", "parts": list(parts)}]}).encode()


def file(address: object, name: str = "fileUri", holder: str = "fileData") -> dict[str, Any]:
    return {holder: {name: address, "mimeType": "application/pdf"}}


@pytest.mark.parametrize(
    ("camel", "written"),
    [
        ("maxOutputTokens", "max_output_tokens"),
        ("model", "model"),
        ("topP", "top_p"),
        ("urlContext", "url_context"),
    ],
)
def test_a_camel_case_name_has_its_snake_case(camel, written):
    assert snake(camel) == written
    assert set(both([camel])) == {camel, written}


def test_a_member_is_found_in_either_spelling():
    for name in ("topK", "top_k"):
        found = fields(**{name: 5})
        assert (spelling(found, "topK"), member(found, "topK")) == (name, Raw(b"5"))


def test_an_absent_member_is_spelled_as_given_and_null_is_absent():
    assert spelling({}, "topK") == "topK"
    assert member(fields(topK=None), "topK") is None


def test_both_spellings_at_once_are_refused():
    with pytest.raises(BadBody, match="twice"):
        spelling(fields(topK=1, top_k=2), "topK")


@pytest.mark.parametrize(
    "alike", ["MaxOutputTokens", "max_outputTokens", "maxoutputtokens", "MAX_OUTPUT_TOKENS"]
)
def test_a_third_spelling_is_a_look_alike(alike):
    with pytest.raises(BadBody, match="did you mean"):
        inner(Raw(json.dumps({alike: 1}).encode()), names(("maxOutputTokens",)), "generationConfig")


@pytest.mark.parametrize("named", ["gemini-pro", "models/gemini-pro", None, ""])
def test_a_body_may_repeat_the_model_of_its_path(named):
    check_model(fields(model=named), "gemini-pro")


@pytest.mark.parametrize("named", ["gemini-ultra", "tunedModels/gemini-pro", "models/models/gemini-pro", 5])
def test_a_body_may_name_no_other_model(named):
    with pytest.raises(BadBody):
        check_model(fields(model=named), "gemini-pro")


def test_a_repeated_model_is_rewritten_as_it_was_written():
    assert model_edits(fields(model="models/a"), "b") == {"model": b'"models/b"'}
    assert model_edits(fields(model="a"), "b") == {"model": b'"b"'}
    assert model_edits(fields(), "b") == {}


@pytest.mark.parametrize(
    "address",
    [
        "files/abc",
        "https://generativelanguage.googleapis.com/v1beta/files/abc",
        "https://GENERATIVELANGUAGE.googleapis.com./v1beta/files/abc",
        "gs://bucket/object",
        "https://storage.googleapis.com/bucket/object",
        "https://drive.google.com/file/d/x",
        "//googleapis.com/x",
        "https://[",
        5,
        {"x": 1},
    ],
)
def test_a_file_that_the_provider_keeps_is_not_offered(address):
    with pytest.raises(NotOffered):
        refuse_held_files(content(file(address)))


@pytest.mark.parametrize(
    "body",
    [
        content(file("files/a", "file_uri", "file_data")),
        content(
            {"text": "x"}, {"functionResponse": {"name": "f", "response": {}, "parts": [file("files/a")]}}
        ),
        content(file("files/a")).replace(b"fileUri", b"\\u0066ileUri"),
        content(file("files/a")).replace(b"fileUri", b"FILEURI"),
        b'{"contents":[{"parts":[{"fileData":{"fileUri":"files/a","fileUri":"https://example.com/x"}}]}]}',
        b'{"systemInstruction":{"parts":{"fileData":{"fileUri":"files/a"}}}}',
        b'{"args":{"fileUri":"files/a"}}',
    ],
)
def test_a_kept_file_is_found_wherever_it_stands(body):
    with pytest.raises(NotOffered):
        refuse_held_files(body)


@pytest.mark.parametrize(
    "body",
    [
        content(file("https://example.com/report.pdf")),
        content(file("https://www.youtube.com/watch?v=x")),
        content(file(None)),
        content({"text": "fileUri: files/abc"}),
        content({"functionCall": {"name": "open", "args": {"fileUri": "files/abc"}}}),
        content({"functionResponse": {"name": "open", "response": {"file_uri": "files/abc"}}}),
        b'{"contents":[{"parts":[{"text":"caf\\u00e9"}]}]}',
    ],
)
def test_what_is_the_callers_own_or_on_the_web_passes(body):
    assert refuse_held_files(body) is None  # type: ignore[func-returns-value]


def test_numbers_of_any_size_are_nobodys_business():
    long = b"1" * 5000
    assert refuse_held_files(b'{"text":"\\u0041","a":%b,"b":1e999,"c":-%b.5}' % (long, long)) is None  # type: ignore[func-returns-value]


def test_a_deep_body_is_refused_and_no_crash():
    with pytest.raises(BadBody, match="deep"):
        refuse_held_files(b'{"fileUri":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
