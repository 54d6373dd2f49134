"""`gateway privacy`: see what detection finds, and how well it does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli import rights
from gateway.cli.wrong_use import WrongUse
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import judge, read
from gateway.policy.models.privacy import PrivacyEntry
from gateway.privacy.declared import profile_declared
from gateway.privacy.detector import Detector
from gateway.privacy.faults import MissingModel, NotCovered
from gateway.privacy.profile import Profile, profile_of
from gateway.privacy.redaction import redact
from gateway.privacy.scoring import ALL, Score, Tally, add, texts_of
from gateway.privacy.spans import Span

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]
Entities = Annotated[
    list[str] | None, typer.Option("--entity", help="Look only for this kind; may be repeated.")
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Look only in this language; may be repeated.")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", help="LANGUAGE=MODEL: an installed model that looks for names too; may be repeated."
    ),
]
Policies = Annotated[Path | None, typer.Option(help="A policy folder: look for what its profiles look for.")]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="With --policies: which profile. Absent: its default one.")
]


def build() -> typer.Typer:
    app = typer.Typer(
        name="privacy", help="Personal data and secrets in text.", no_args_is_help=True, add_completion=False
    )
    app.command("scan")(scan)
    app.command("score")(score)
    app.command("find")(rights.find)
    app.command("export")(rights.export)
    app.command("erase")(rights.erase)
    app.command("requests")(rights.requests)
    app.command("certificate")(rights.certificate)
    return app


def scan(
    file: Annotated[str, typer.Argument(help="A text file in UTF-8, or - for standard input.")],
    entity: Entities = None,
    language: Languages = None,
    model: Models = None,
    policies: Policies = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Show what would be found in a text, and the text without it."""
    text = _text(file)
    detector, asked = _prepared(_asked(entity, language, model, policies, profile))
    spans = detector.spans(text, asked)
    if as_json:
        found = [span._asdict() for span in spans]
        print(json.dumps({"spans": found, "redacted": redact(text, spans)}))
        return
    _print_difference(text, spans)


def score(
    data: Annotated[Path, typer.Argument(help="Labelled rows, one JSON object a line.")],
    entity: Entities = None,
    language: Languages = None,
    model: Models = None,
    policies: Policies = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Precision, recall, F1 and leak by kind and language. Values are never printed, only ids of rows."""
    detector, asked = _prepared(_asked(entity, language, model, policies, profile))
    total = Score()
    for row in _rows(data):
        add(total, row, [(text, labels, detector.spans(text, asked)) for text, labels in texts_of(row)])
    if as_json:
        print(json.dumps(_as_json(total)))
        return
    _print_score(total)


def _asked(
    entities: list[str] | None,
    languages: list[str] | None,
    models: list[str] | None,
    policies: Path | None,
    name: str | None,
) -> Profile:
    """What is asked for by name, or by a profile of a policy."""
    if policies is None:
        if name is not None:
            raise WrongUse("--profile names a profile of the policy at --policies: give that too")
        try:
            return profile_of(entities, languages)._replace(models=_models(models or ()))
        except ValueError as error:
            raise WrongUse(str(error)) from None
    if entities or languages or models:
        raise WrongUse(
            "with --policies its profile says what is looked for: leave --entity, --language, --model out"
        )
    return _declared(policies, name)


def _declared(policies: Path, name: str | None) -> Profile:
    try:
        document = judge(read(policies), environment={}, secrets="skip").document
    except PolicyInvalid as invalid:
        raise WrongUse("\n".join(map(str, invalid.faults))) from None
    privacy = PrivacyEntry.model_validate_json(json.dumps(json.loads(document).get("privacy", {})))
    wanted = name or privacy.default
    if wanted is None or wanted not in privacy.profiles:
        asked = f"no profile `{wanted}`" if wanted is not None else "no default profile"
        raise WrongUse(f"{policies} has {asked}; it has {', '.join(sorted(privacy.profiles)) or 'none'}")
    return profile_declared(privacy, wanted)


def _models(said: Iterable[str]) -> tuple[tuple[str, str], ...]:
    pairs = [one.partition("=") for one in said]
    if not all(language and model for language, _, model in pairs):
        raise WrongUse("expected --model LANGUAGE=MODEL, such as en=en_core_web_sm")
    return tuple(sorted((language, model) for language, _, model in pairs))


def _prepared(profile: Profile) -> tuple[Detector, Profile]:
    detector = Detector()
    try:
        detector.prepare(profile)
    except (NotCovered, MissingModel) as fault:
        raise WrongUse(str(fault)) from None
    return detector, profile


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise WrongUse(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise WrongUse(f"{file}: not UTF-8 at byte {error.start}") from None


def _rows(data: Path) -> Iterator[dict[str, Any]]:
    """Rows with `lang` and either `text` and `spans`, or `request` and `pii`."""
    for number, line in enumerate(_text(str(data)).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise WrongUse(f"{data}:{number}: no JSON: {error.msg}") from None
        if not isinstance(row, dict) or not ("text" in row or "request" in row):
            raise WrongUse(f"{data}:{number}: expected an object with `text` or `request`")
        yield row


def _print_difference(text: str, spans: tuple[Span, ...]) -> None:
    """What was found in red, what would stand for it in green; then a table."""
    difference, last = Text(), 0
    placeholders = iter(_placeholders(text, spans))
    for span in spans:
        difference.append(text[last : span.start])
        difference.append(text[span.start : span.end], style="strike red")
        difference.append(next(placeholders), style="bold green")
        last = span.end
    difference.append(text[last:])
    console = Console(highlight=False, soft_wrap=True)
    console.print(difference)
    console.print(f"\n{len(spans)} found: pseudonymised, not anonymous; what is missed would leave as it is")


def _placeholders(text: str, spans: tuple[Span, ...]) -> list[str]:
    """One for each span, numbered as in the redacted text."""
    redacted, found, at, last = redact(text, spans), [], 0, 0
    for span in spans:
        at += span.start - last
        end = redacted.index(">", at) + 1
        found.append(redacted[at:end])
        at, last = end, span.end
    return found


def _print_score(total: Score) -> None:
    table = Table("kind", "language", "labels", "precision", "recall", "F1", "leak")
    for (kind, language), tally in _ordered(total):
        figures = (tally.precision, tally.recall, tally.f1, tally.leak)
        table.add_row(kind, language, str(tally.labels), *(f"{figure:.3f}" for figure in figures))
    console = Console()
    console.print(table)
    console.print(f"harmless rows: {total.harmless}, touched: {total.touched}")
    if total.missed:
        console.print(f"leaks in rows: {', '.join(sorted({row for _, row in total.missed}))}", soft_wrap=True)


def _as_json(total: Score) -> dict[str, Any]:
    return {
        "scores": [
            {
                "type": kind,
                "language": language,
                "labels": tally.labels,
                "precision": round(tally.precision, 4),
                "recall": round(tally.recall, 4),
                "f1": round(tally.f1, 4),
                "leak": round(tally.leak, 4),
            }
            for (kind, language), tally in _ordered(total)
        ],
        "harmless": {"rows": total.harmless, "touched": total.touched},
        "leaks": [{"type": kind, "row": row} for kind, row in total.missed],
    }


def _ordered(total: Score) -> list[tuple[tuple[str, str], Tally]]:
    """`all` last, of kinds and of languages."""
    return sorted(
        total.tallies.items(), key=lambda item: (item[0][0] == ALL, item[0][0], item[0][1] == ALL, item[0][1])
    )
