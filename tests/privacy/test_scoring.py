from gateway.privacy.scoring import ALL, Score, add, texts_of
from gateway.privacy.spans import Span

TEXT = "Ann Lee met Bob Ray"
LABELS = [{"start": 0, "end": 7, "type": "PERSON"}, {"start": 12, "end": 19, "type": "PERSON"}]


def scored(*spans: Span, labels=LABELS) -> Score:
    score = Score()
    add(score, {"id": "r1", "lang": "en"}, [(TEXT, labels, spans)])
    return score


def test_half_of_a_value_is_found_and_does_not_leak():
    tally = scored(Span(0, 4, "PERSON", 1)).tallies["PERSON", "en"]
    assert (tally.labels, tally.found, tally.leaked, tally.wrong) == (2, 1, 1, 0)
    assert (tally.precision, tally.recall, tally.leak) == (1.0, 0.5, 0.5)


def test_another_type_hides_a_value_but_has_not_found_it():
    tally = scored(Span(0, 7, "EMAIL", 1), Span(12, 19, "PERSON", 1)).tallies["PERSON", ALL]
    assert (tally.found, tally.leaked) == (1, 0)


def test_a_span_that_touches_no_label_is_wrong():
    score = scored(Span(8, 11, "PERSON", 1))
    assert score.tallies[ALL, ALL].wrong == 1
    assert score.missed == [("PERSON", "r1"), ("PERSON", "r1")]


def test_an_optional_label_counts_neither_way():
    score = scored(Span(0, 7, "PERSON", 1), labels=[{**LABELS[0], "optional": True}])
    assert score.tallies == {}


def test_a_row_without_labels_should_come_out_unchanged():
    score = scored(Span(0, 3, "PERSON", 1), labels=[])
    assert (score.harmless, score.touched) == (1, 1)


def test_labels_of_a_request_belong_to_the_string_at_their_path():
    row = {
        "request": {"messages": [{"content": "a"}, {"content": "b"}]},
        "pii": [{"path": "messages[1].content"}],
    }
    assert list(texts_of(row)) == [("a", ()), ("b", [{"path": "messages[1].content"}])]
