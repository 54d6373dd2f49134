import pytest

from gateway.privacy.custom import Custom, CustomRecognizer
from gateway.privacy.faults import DetectorUnavailable, MissingModel, NotCovered
from gateway.privacy.frames import (
    PREFIX_BYTES,
    Failed,
    Found,
    Job,
    answer_from,
    encoded,
    frame_of,
    job_from,
    text_from,
    texts_as_bytes,
)
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

PROFILE = Profile(
    frozenset({"EMAIL", "BADGE"}),
    frozenset({"en"}),
    0.6,
    Custom([CustomRecognizer("badge", "BADGE", patterns=("BX",), deny=("7B",))]),
    (("en", "en_core_web_sm"),),
)


def test_a_profile_arrives_as_it_was():
    job = job_from(encoded(Job(b"f", frame_of(PROFILE), []))[PREFIX_BYTES:])
    assert job.defined is not None
    assert job.defined.profile() == PROFILE
    assert job.defined.profile().fingerprint() == PROFILE.fingerprint()


def test_any_text_arrives_as_it_was_lone_surrogates_too():
    texts = ["", "é\x00漢", "\ud800a\udfff"]
    job = job_from(encoded(Job(b"f", None, texts_as_bytes(texts)))[PREFIX_BYTES:])
    assert [text_from(text) for text in job.texts] == texts


def test_spans_arrive_as_spans():
    frame = encoded(Found([[Span(0, 3, "EMAIL", 0.9)], []]))
    assert int.from_bytes(frame[:PREFIX_BYTES], "big") == len(frame) - PREFIX_BYTES
    assert answer_from(frame[PREFIX_BYTES:]) == Found([[Span(0, 3, "EMAIL", 0.9)], []])


@pytest.mark.parametrize(
    ("why", "fault"),
    [
        ("not_covered", NotCovered),
        ("missing_model", MissingModel),
        ("out_of_memory", DetectorUnavailable),
        ("failed", DetectorUnavailable),
    ],
)
def test_a_failure_arrives_as_what_it_was(why: str, fault: type[Exception]):
    answer = answer_from(encoded(Failed(why, "said"))[PREFIX_BYTES:])
    assert isinstance(answer, Failed)
    assert isinstance(answer.fault(), fault)
    assert str(answer.fault()) == "said"
