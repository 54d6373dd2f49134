"""`python -m benchmarks.presidio DATA.json [LANGUAGE=MODEL …]`: detection beside Presidio's default, on others' sentences.

DATA is the set of Presidio's own evaluation project (`data/synth_dataset_v2.json` of microsoft/presidio-research), or
any of its form. Presidio runs as it comes, all of its recognizers, with the same English model. What only one of the two
looks for (dates, towns, organisations, titles, ages) counts neither way; Presidio's LOCATION counts as an address.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from gateway.privacy.detector import Detector
from gateway.privacy.profile import profile_of
from gateway.privacy.scoring import ALL, Score, add
from gateway.privacy.spans import Span, resolve

_SHARED: Final[Mapping[str, str]] = {
    "PERSON": "PERSON",
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CREDIT_CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "US_SSN": "NATIONAL_ID",
    "STREET_ADDRESS": "ADDRESS",
    "LOCATION": "ADDRESS",
}
_LANGUAGE: Final = "en"
_KINDS: Final = frozenset(_SHARED.values())

Find = Callable[[str], Sequence[Span]]


def main(arguments: Sequence[str]) -> None:
    rows = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    models = tuple((language, model) for language, _, model in (one.partition("=") for one in arguments[1:]))
    ways = {"gateway": _ours(())}
    if models:
        english = dict(models)[_LANGUAGE]
        ways = {"Presidio": _presidio(english), **ways, "gateway with models": _ours(models)}
    scores = {name: _scored(rows, find) for name, find in ways.items()}
    print("\n".join(_lines(scores)))


def _presidio(model: str) -> Find:
    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": _LANGUAGE, "model_name": model}]}
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine)

    def find(text: str) -> Sequence[Span]:
        return [
            Span(result.start, result.end, _SHARED.get(result.entity_type, result.entity_type), result.score)
            for result in analyzer.analyze(text, _LANGUAGE)
        ]

    return find


def _ours(models: tuple[tuple[str, str], ...]) -> Find:
    detector, profile = Detector(), profile_of()._replace(models=models)
    return lambda text: detector.spans(text, profile)


def _scored(rows: Iterable[Mapping[str, Any]], find: Find) -> tuple[Score, Score]:
    """With what is found of the shared kinds only, and with everything that is found."""
    shared, everything = Score(), Score()
    for number, row in enumerate(rows):
        text, about = row["full_text"], {"lang": _LANGUAGE, "id": str(number)}
        labels = [_label(span) for span in row["spans"]]
        found = find(text)
        add(shared, about, [(text, labels, resolve(span for span in found if span.type in _KINDS))])
        add(everything, about, [(text, labels, resolve(found))])
    return shared, everything


def _label(span: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = span["entity_type"]
    return {
        "start": span["start_position"],
        "end": span["end_position"],
        "type": _SHARED.get(kind, kind),
        "optional": kind not in _SHARED,
    }


def _lines(scores: Mapping[str, tuple[Score, Score]]) -> Iterator[str]:
    """`leak`: what still stands in the text when the shared kinds are replaced; in brackets: when everything is."""
    yield f"| kind | labels | {' | '.join(f'{name}: P, R, F1, leak' for name in scores)} |"
    yield f"|---|---|{'---|' * len(scores)}"
    for kind in (*sorted(_KINDS), ALL):
        cells = []
        for shared, everything in scores.values():
            one, sent = shared.tally(kind, ALL), everything.tally(kind, ALL)
            figures = f"{one.precision:.3f} {one.recall:.3f} {one.f1:.3f} {one.leak:.3f}"
            cells.append(figures if one.leak == sent.leak else f"{figures} ({sent.leak:.3f})")
        labels = next(iter(scores.values()))[0].tally(kind, ALL).labels
        yield f"| {kind} | {labels} | {' | '.join(cells)} |"
    touched = (f"{score.touched} of {score.harmless} texts without a label" for score, _ in scores.values())
    yield f"| touched | | {' | '.join(touched)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
