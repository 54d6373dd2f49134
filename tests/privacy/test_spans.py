from gateway.privacy.spans import Span, resolve


def test_of_two_that_overlap_the_more_certain_kind_stands():
    secret, person = Span(5, 20, "SECRET", 0.8), Span(0, 30, "PERSON", 0.9)
    assert resolve([person, secret]) == (secret,)


def test_of_two_of_one_kind_the_longer_stands():
    short, long = Span(0, 5, "PERSON", 0.9), Span(0, 12, "PERSON", 0.6)
    assert resolve([short, long]) == (long,)


def test_neighbours_stand_in_the_order_of_the_text():
    first, second = Span(0, 5, "PERSON", 0.9), Span(5, 9, "EMAIL", 0.9)
    assert resolve([second, first]) == (first, second)
