from gateway.privacy.redaction import redact
from gateway.privacy.spans import Span


def test_the_same_value_has_the_same_number():
    spans = [
        Span(0, 3, "PERSON", 1),
        Span(4, 7, "PERSON", 1),
        Span(8, 11, "PERSON", 1),
        Span(12, 15, "EMAIL", 1),
    ]
    assert redact("Ann Bob Ann a@b", spans) == "<PERSON_1> <PERSON_2> <PERSON_1> <EMAIL_1>"


def test_without_spans_a_text_stays():
    assert redact("as it was", ()) == "as it was"
