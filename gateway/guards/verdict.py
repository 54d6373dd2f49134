"""What guards say of the texts of a request or of a whole answer. Pure, but for those who ask others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from gateway.errors import GatewayError
from gateway.guards.finding import Finding, Text
from gateway.guards.guard import Guard, Judges

REDACTED: Final = "[redacted]"
_BETWEEN: Final = ("assistant", "tool")


class Read(Struct):
    """What came of one guard. `texts` are those that came, or with what it redacts taken out. `failed` says why it
    could not tell: then nothing counts as read."""

    guard: Guard
    texts: Sequence[Text]
    read_bytes: int = 0
    total_bytes: int = 0
    found: Counter[str] = Counter()
    failed: str | None = None
    stays: bool = False
    """Something stands where nothing may be rewritten."""

    @classmethod
    def of_others(
        cls, guard: Guard, texts: Sequence[Text], found: Mapping[str, int], failed: str | None
    ) -> Read:
        """Of a guard that asked somebody else."""
        total = size(texts)
        return cls(guard, texts, 0 if failed else total, total, Counter(found), failed)

    @property
    def blocks(self) -> bool:
        """It has found what may not pass."""
        return bool(self.found) and (self.guard.rule.action == "block" or self.stays)


def read(
    guard: Guard, texts: Sequence[Text], *, fixed: Collection[int] = (), said: Sequence[str] | None = None
) -> Read:
    """`guard` asks nobody. `fixed` are the numbers of texts that may not be rewritten. Of an answer, `said` is what it
    says as a whole, one text for each choice."""
    done = Read(guard, texts, total_bytes=size(texts), found=Counter())
    try:
        if guard.finds is not None:
            _find(done, fixed, answer=said is not None)
        else:
            assert guard.judges is not None
            chosen = chosen_texts(guard.judges, texts) if said is None else said
            for text in chosen:
                finding = judged(guard.judges, text)
                if finding is not None:
                    done.found[finding.type] += 1
            done.read_bytes = sum(map(utf8_bytes, chosen))
    except GatewayError as failed:
        done.failed, done.texts = type(failed).__name__, texts
        done.read_bytes, done.found = 0, Counter()
    return done


def _find(done: Read, fixed: Collection[int], *, answer: bool) -> None:
    finds = done.guard.finds
    assert finds is not None
    redacts = done.guard.rule.action == "redact"
    told: list[Text] = []
    for number, each in enumerate(done.texts):
        if answer or each.source in finds.sources:
            found = finds.find(each.text)
            done.read_bytes += utf8_bytes(each.text)
            done.found.update(finding.type for finding in found)
            if found and redacts:
                if number in fixed:
                    done.stays = True
                else:
                    each = Text(redacted(each.text, found), each.source)
        told.append(each)
    done.texts = told


def redacted(text: str, found: Sequence[Finding]) -> str:
    """`found` in order, without overlap."""
    pieces: list[str] = []
    end = 0
    for finding in found:
        pieces += (text[end : finding.start], REDACTED)
        end = finding.end
    return "".join((*pieces, text[end:]))


def judged(judges: Judges, text: str) -> Finding | None:
    """Piece by piece, as on a stream: the same of a whole text as of one that came in pieces."""
    for end in steps(judges.step, 0, len(text)):
        finding = judges.judge(text[:end], whole=False)
        if finding is not None:
            return finding
    return judges.judge(text, whole=True)


def steps(step: int | None, before: int, now: int) -> Iterator[int]:
    """Where a text is judged that has grown from `before` to `now` characters."""
    if step is not None:
        yield from range(before - before % step + step, now + 1, step)


def chosen_texts(judges: Judges, texts: Sequence[Text]) -> list[str]:
    """What of a request is judged."""
    if judges.extent == "all":
        return ["".join(each.text for each in texts)]
    said = [(number, each.text) for number, each in enumerate(texts) if each.source == "user"]
    if judges.extent == "last":
        answered = max((number for number, each in enumerate(texts) if each.source in _BETWEEN), default=-1)
        said = [each for each in said if each[0] > answered] or said
    return [text for _, text in said]


def size(texts: Sequence[Text]) -> int:
    """Bytes of UTF-8."""
    return sum(utf8_bytes(each.text) for each in texts)


def utf8_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
