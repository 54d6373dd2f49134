"""What is found in the texts of a call, replaced as a profile says. Pure: equal texts, spans and actions give
equal texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from gateway.policy.protection import REPLACES, Action, Actions
from gateway.privacy.occurrences import Known
from gateway.privacy.placeholders import Issued, Mention, Numbering, look_alikes
from gateway.privacy.spans import Span
from gateway.privacy.values import canonical, hashed, masked


class Replaced(Struct, frozen=True):
    """`texts` as they may be sent, in the order in which they came; none where `blocked` names types that
    bar the call. `counts` and `flagged` count values by type. `kept` counts, by type, what stands in texts
    that may not be rewritten and should have been."""

    texts: tuple[str, ...]
    issued: Issued
    blocked: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}
    flagged: Mapping[str, int] = {}
    kept: Mapping[str, int] = {}

    def __repr__(self) -> str:
        return f"Replaced({len(self.texts)} texts, {len(self.issued)} placeholders)"


def replace(
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    actions: Actions,
    *,
    key: bytes,
    fixed: Collection[int] = (),
    before: Issued | None = None,
) -> Replaced:
    """`spans[i]` are those of `texts[i]`: in order, none in another. `fixed`: texts that are read and never
    rewritten. `key` is the tenant's, for hashes. `before`: placeholders of earlier turns that a provider keeps; their
    values are replaced wherever they stand, too."""
    found = Counter(span.type for each in spans for span in each)
    blocked = tuple(sorted(kind for kind in found if actions.of(kind) is Action.BLOCK))
    flagged = {kind: count for kind, count in sorted(found.items()) if actions.of(kind) is Action.FLAG}
    if blocked:
        return Replaced((), Issued({}), blocked, flagged=flagged)
    acted = [[span for span in each if actions.of(span.type) in REPLACES] for each in spans]
    if not any(acted) and before is None:
        return Replaced(tuple(texts), Issued({}), flagged=flagged)
    return _replaced(texts, acted, actions, key, frozenset(fixed), flagged, before or Issued({}))


Cut = tuple[int, int, Mention]


def _replaced(
    texts: Sequence[str],
    acted: Sequence[Sequence[Span]],
    actions: Actions,
    key: bytes,
    fixed: frozenset[int],
    flagged: Mapping[str, int],
    before: Issued,
) -> Replaced:
    earlier = [mention for mention in before.mentions() if actions.of(mention.type) in REPLACES]
    mentions = [*earlier, *_mentions(texts, acted)]
    cuts = _everywhere(texts, acted, Known(mentions))
    gaps = [
        gap for number, text in enumerate(texts) if number not in fixed for gap in _gaps(text, cuts[number])
    ]
    kinds = {mention.type for mention in mentions if actions.of(mention.type) is Action.REDACT}
    numbering = Numbering(look_alikes(gaps, kinds), before)
    for mention in _forms(texts, acted, cuts, fixed):
        if mention.type in kinds:
            numbering.name(mention)
    counts: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    told: list[str] = []
    for number, text in enumerate(texts):
        stays = number in fixed
        (kept if stays else counts).update(mention.type for _, _, mention in cuts[number])
        told.append(text if stays else _told(text, cuts[number], actions, numbering, key))
    return Replaced(tuple(told), numbering.issued(), (), dict(counts), flagged, dict(kept))


def _mentions(texts: Sequence[str], acted: Sequence[Sequence[Span]]) -> list[Mention]:
    """Each form of each value once, by first appearance."""
    found: dict[tuple[str, str], Mention] = {}
    for text, spans in zip(texts, acted, strict=True):
        for span in spans:
            value = text[span.start : span.end]
            found.setdefault((span.type, value), Mention(span.type, value))
    return list(found.values())


def _forms(
    texts: Sequence[str],
    acted: Sequence[Sequence[Span]],
    cuts: Sequence[Sequence[Cut]],
    fixed: frozenset[int],
) -> list[Mention]:
    """In the order in which they are numbered: by the text that makes them known, so that one more turn, which makes a
    form in an earlier text known, changes no number before it."""
    known: dict[tuple[str, str], int] = {}
    for number, (text, spans) in enumerate(zip(texts, acted, strict=True)):
        for span in spans:
            known.setdefault((span.type, canonical(span.type, text[span.start : span.end])), number)
    placed: list[tuple[int, int, int, Mention]] = []
    for number, text in enumerate(texts):
        found = {(span.start, span.end) for span in acted[number]}
        for start, stop, mention in cuts[number]:
            if number not in fixed or (start, stop) in found:
                since = max(number, known.get((mention.type, canonical(mention.type, mention.value)), 0))
                placed.append((since, number, start, _as_written(text, start, stop, mention)))
    return [mention for *_, mention in sorted(placed, key=lambda one: one[:3])]


def _as_written(text: str, start: int, stop: int, mention: Mention) -> Mention:
    return Mention(mention.type, text[start:stop])


def _everywhere(texts: Sequence[str], acted: Sequence[Sequence[Span]], known: Known) -> list[list[Cut]]:
    """What was found, and what stands between it that is one of the values too."""
    cuts: list[list[Cut]] = []
    for text, spans in zip(texts, acted, strict=True):
        own: list[Cut] = []
        end = 0
        for span in spans:
            own += [(end + at, end + to, mention) for at, to, mention in known.find(text[end : span.start])]
            own.append((span.start, span.end, Mention(span.type, text[span.start : span.end])))
            end = span.end
        own += [(end + at, end + to, mention) for at, to, mention in known.find(text[end:])]
        cuts.append(own)
    return cuts


def _gaps(text: str, cuts: Sequence[Cut]) -> list[str]:
    gaps: list[str] = []
    end = 0
    for start, stop, _ in cuts:
        gaps.append(text[end:start])
        end = stop
    gaps.append(text[end:])
    return gaps


def _told(text: str, cuts: Sequence[Cut], actions: Actions, numbering: Numbering, key: bytes) -> str:
    if not cuts:
        return text
    pieces: list[str] = []
    end = 0
    for start, stop, mention in cuts:
        pieces.append(text[end:start])
        action = actions.of(mention.type)
        if action is Action.REDACT:
            pieces.append(f"<{numbering.name(_as_written(text, start, stop, mention))}>")
        elif action is Action.HASH:
            pieces.append(hashed(mention.type, mention.value, key))
        else:
            pieces.append(masked(mention.type, mention.value))
        end = stop
    pieces.append(text[end:])
    return "".join(pieces)
