"""Gemini's paths: `/v1beta/models/{model}:{verb}`, and the same under `/v1/models/`.

The query may hold `alt` (`sse`, or `json`) and a key; anything else would change the answer behind
our back (`fields` can leave usage out) and is refused, not dropped.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple, NoReturn
from urllib.parse import parse_qsl

from gateway.dialects.gemini_embeddings import embedding
from gateway.dialects.gemini_generate import counting, generate
from gateway.dialects.interface import BadBody, Dialect

VERBS: Final = frozenset(
    {"generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents"}
)
_HARMLESS: Final = frozenset({"prettyPrint", "$prettyPrint"})
_MOST_PARAMETERS: Final = 16


class Query(NamedTuple):
    """What a query says. `keys` are credentials; `wrong` is a sentence for the caller."""

    keys: tuple[str, ...] = ()
    alt: str | None = None
    wrong: str | None = None


def read_query(query: bytes) -> Query:
    """Never raises."""
    if not query:
        return Query()
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        return Query(wrong="the query can't be read")
    keys = tuple(dict.fromkeys(value for name, value in pairs if name == "key"))
    alts = {value for name, value in pairs if name in ("alt", "$alt")}
    others = [name for name, _ in pairs if name not in ("key", "alt", "$alt") and name not in _HARMLESS]
    wrong = None
    if others:
        wrong = f"the query parameter '{others[0][:50]}' is not supported"
    elif len(alts) > 1 or not alts <= {"sse", "json"}:
        wrong = "the query parameter 'alt' must be 'sse' or 'json'"
    return Query(keys, next(iter(alts), None), wrong)


def dialect_of(version: str, model: str, verb: str, query: Query) -> Dialect:
    """The dialect of a call on this path; `{model}` in its provider path is filled in per target."""
    path = f"/{version}/models/{{model}}:{verb}"
    if verb == "streamGenerateContent":
        if query.alt == "sse":
            made = generate(path + "?alt=sse", model, stream=True)
        else:
            made = generate(path, model, stream=True, as_array=True)
    elif verb == "generateContent":
        made = generate(path, model, stream=False)
    elif verb == "countTokens":
        made = counting(path, model)
    else:
        made = embedding(path, model, batch=verb == "batchEmbedContents")
    wrong = query.wrong
    if wrong is None and query.alt == "sse" and verb != "streamGenerateContent":
        wrong = "'alt=sse' needs streamGenerateContent"
    return made if wrong is None else _refusing(made, wrong)


def _refusing(dialect: Dialect, why: str) -> Dialect:
    return replace(dialect, parse=partial(_refuse, why=why))


def _refuse(body: bytes, *, why: str) -> NoReturn:
    raise BadBody(why)
