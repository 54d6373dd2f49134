"""Where a reader's screen would fetch something by itself."""

from __future__ import annotations

import pytest

from gateway.streams.restore_surroundings import Surroundings

UNSAFE = [
    "see https://e.io/",
    "https://",
    "HTTPS:\\\\e.io",
    "go to www.e.io",
    "mailto:",
    "![alt](",
    "![alt]( ",
    "![alt](\n//e.io/",
    "[a](//e.io/(x)",
    "[a](//e.io/\\)",
    "[a](<//e.io/)",
    "[a](foo [b](<//e.io/)",
    "[a]: //e.io/",
    "[a]:\n  </e",
    '<img alt=">" src="//e.io/',
    "<img src=",
    "<img src = 'a b",
    '<img src="a\n\nb',
    "<a title=x",
    '`<x y="` <img src="//e.io/',
    'src=\\"//e.io/',
    "<https://e.io/",
    '<img a=1 x://y src="//e.io/',
    "background: url(//e.io/",
    "[a](//x <img src='//e.io/)",
]
SAFE = [
    "",
    "plain words. And: more (words) [x] a/b",
    "see https://e.io/ ",
    'see "https://e.io/" ',
    "![alt](//e.io/x)",
    "[a](b(c)d)",
    "[a](b\n\n",
    "[a]: //e.io/ ",
    '<img src="x"> ',
    "<b>",
    "<b",
    "a < b = c",
    "x = ",
    "Note]: ",
]


def watched(pieces: list[str]) -> Surroundings:
    surroundings = Surroundings()
    for piece in pieces:
        surroundings.advance(piece)
    return surroundings


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("text", UNSAFE)
def test_what_is_fetched_is_unsafe(text, cut):
    assert watched(list(text) if cut else [text]).unsafe


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("text", SAFE)
def test_what_is_only_read_is_safe(text, cut):
    assert not watched(list(text) if cut else [text]).unsafe


def test_a_quiet_piece_may_be_the_beginning_of_an_opening():
    surroundings = Surroundings()
    surroundings.pass_quiet("see www")
    surroundings.advance(".")
    assert surroundings.unsafe and not surroundings.idle
