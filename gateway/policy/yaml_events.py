"""One event of PyYAML at a time: where it stands, what it says, and what it may not say."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from gateway.policy import scalars
from gateway.policy.faults import Mark
from gateway.policy.nodes import Scalar
from gateway.policy.sources import Source
from gateway.policy.suggest import quoted, shown


class Unfit(ValueError):
    """A scalar that no policy can mean; the message says why."""


class Reader:
    """Reads events of one source."""

    def __init__(self, source: Source) -> None:
        self._file = source.name
        self._text = source.text

    def mark(self, event: yaml.Event) -> Mark:
        start = _start(event)
        return Mark(self._file, start.line + 1, start.column + 1)

    def follows_colon(self, event: yaml.Event) -> bool:
        """Whether a colon is the last that was written before an event."""
        return self._text[: _start(event).index].rstrip().endswith(":")

    def extras(self, event: yaml.Event) -> Iterator[str]:
        """A message for an anchor and for a tag."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            yield f"anchors are no part of the policy language: remove &{shown(anchor)}"
        if tag is not None:
            written = tag.replace("tag:yaml.org,2002:", "!!")
            yield f"tags are no part of the policy language: remove {shown(written)}"

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        """Raises Unfit."""
        text, start, end = event.value, _start(event), _end(event)
        unseen = next((char for char in text if not char.isprintable() and char not in "\n\t"), None)
        if unseen is not None:
            raise Unfit(f"an invisible character (U+{ord(unseen):04X}) in this text: remove it")
        if event.style in (">", "|") and not text.strip():
            written = self._text[start.index : end.index].split("\n")[0].split(" #")[0]
            raise Unfit(f"{event.style} begins a block of text, and none follows; {quoted(written)}")
        if event.style is not None:
            return Scalar(text, text, self.mark(event))
        if start.line != end.line:
            raise Unfit("this text goes on over several lines: put it in quotes, or check the indentation")
        try:
            return Scalar(scalars.resolve(text), text, self.mark(event))
        except scalars.NumberTooLong as error:
            raise Unfit(f"{error}: put it in quotes if text is meant") from None


def _start(event: yaml.Event) -> yaml.Mark:
    return _known(event.start_mark)


def _end(event: yaml.Event) -> yaml.Mark:
    return _known(event.end_mark)


def _known(mark: object) -> yaml.Mark:
    assert isinstance(mark, yaml.Mark)  # PyYAML's own parser always gives marks
    return mark
