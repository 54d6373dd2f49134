"""What a call is charged, case by case, as data: what its provider and its caller do, and by which rule it is charged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.journeys.plays import (
    JSON_TYPE,
    Play,
    answers,
    breaks_off,
    completes,
    reports_an_error,
    says,
)
from tests.journeys.voices import INPUT_TOKENS, OUTPUT_TOKENS, Voice
from tests.parts.provider_answers import CHAT_DONE, chat_chunk, chat_usage_chunk
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Script, answer, piece

FIRST = {"input": 1, "output": 2}
SECOND = {"input": 3, "output": 4}
"""USD per million tokens: thousands of nano-dollars a token."""
CAP = 50

hangs = says(b"", then="hangs")
SOON = "retry-after: 0\r\n"


def tells(input_tokens: int | None, output_tokens: int = 0, *, late: bool = False) -> Play:
    """A chat answer of one word whose provider tells this usage, or none; `late`: after the stream has ended."""

    def play(voice: Voice, stream: bool) -> Script:
        said = chat_chunk("one") + chat_chunk(finish="stop")
        usage = b""
        if input_tokens is not None:
            usage = chat_usage_chunk(input_tokens=input_tokens, output_tokens=output_tokens)
        whole = voice.answer("one") | {
            "usage": None
            if input_tokens is None
            else {"prompt_tokens": input_tokens, "completion_tokens": output_tokens}
        }

        async def script(ask: Any) -> None:
            if stream:
                end = CHAT_DONE + usage if late else usage + CHAT_DONE
                await ask.send(STREAM_HEAD + piece(said + end) + STREAM_END)
            else:
                await ask.send(answer(json.dumps(whole).encode(), headers=JSON_TYPE))

        return script

    return play


@dataclass(frozen=True)
class Seen:
    """What a case is judged by: what was held for one attempt, and the input of the record, in tokens. Nano-dollars."""

    held: int
    input_tokens: int


Rule = Callable[[Seen], int]


def told(price: dict[str, int] = FIRST, output_tokens: int = OUTPUT_TOKENS) -> Rule:
    return lambda seen: 1000 * (INPUT_TOKENS * price["input"] + output_tokens * price["output"])


def produced(output_tokens: int) -> Rule:
    """The input is estimated here, or told."""
    return lambda seen: 1000 * (seen.input_tokens * FIRST["input"] + output_tokens * FIRST["output"])


def held(times: int = 1, then: Rule = lambda seen: 0) -> Rule:
    return lambda seen: times * seen.held + then(seen)


def nothing(seen: Seen) -> int:
    return 0


Act = Literal["reads", "leaves before the answer", "leaves the stream"]


@dataclass(frozen=True)
class Case:
    """`what` and `charged` are words of docs/limits.md. `first` is what the first provider does, try after try. `reserved`
    is how often what is held for an attempt stands in the record. `usage`: whose figures the record has."""

    what: str
    charged: str
    rule: Rule
    first: tuple[Play, ...] = ()
    second: Play = completes
    kind: str = "plain"
    forms: tuple[str, ...] = ("json", "stream")
    act: Act = "reads"
    usage: Literal["none", "told", "estimated"] = "told"
    reserved: int = 1
    flags: tuple[str, ...] = ()


STREAM, JSON = ("stream",), ("json",)
TOLD = "what the provider tells"
PRODUCED = (
    "what was produced: a token for each event and for each four bytes, and the input as told, else estimated"
)
ESTIMATED = "input and output as they are estimated here"
INPUT = "the input, as it is estimated here"
HELD = "all that was held for it"
NOTHING = "nothing"

CASES = (
    Case("an answer, whole or as a stream", TOLD, told(), (completes,)),
    Case(
        "a connection kept from an earlier call that was closed, as it turns out",
        NOTHING,
        nothing,
        (says(b"", then="closes"),),
        forms=JSON,
        usage="none",
    ),
    Case("an answer with no usage", ESTIMATED, produced(1), (tells(None),), usage="estimated"),
    Case("an answer with a usage of 0", ESTIMATED, produced(1), (tells(0, 0),), usage="estimated"),
    Case(
        "a stream whose usage comes after its end",
        ESTIMATED,
        produced(1),
        (tells(9, 3, late=True),),
        forms=STREAM,
        usage="estimated",
    ),
    Case(
        "a stream that the provider cuts",
        PRODUCED,
        produced(2),
        (breaks_off("closes"),),
        forms=STREAM,
        usage="estimated",
    ),
    Case(
        "a stream that ends with an error of the provider",
        PRODUCED,
        produced(1),
        (reports_an_error,),
        forms=STREAM,
        usage="estimated",
    ),
    Case(
        "a stream in which the provider falls silent",
        PRODUCED,
        produced(2),
        (breaks_off("hangs"),),
        kind="idle",
        forms=STREAM,
        usage="estimated",
    ),
    Case(
        "a stream that its caller leaves",
        PRODUCED,
        produced(2),
        (breaks_off("hangs"),),
        forms=STREAM,
        act="leaves the stream",
        usage="estimated",
    ),
    Case(
        "a caller that leaves before a stream begins",
        INPUT,
        produced(0),
        (hangs,),
        forms=STREAM,
        act="leaves before the answer",
        usage="estimated",
    ),
    Case(
        "a caller that leaves before a whole answer, which its provider may finish all the same",
        HELD,
        held(),
        (hangs,),
        forms=JSON,
        act="leaves before the answer",
        usage="estimated",
    ),
    Case(
        "an error of the provider before the answer (4xx, 5xx)",
        NOTHING,
        nothing,
        (answers("500 Oops"),),
        usage="none",
    ),
    Case("nobody listens at the provider", NOTHING, nothing, kind="dead", usage="none"),
    Case(
        "something that is no answer, such as a redirection or a page",
        NOTHING,
        nothing,
        (says(answer(b"<html>", headers="content-type: text/html\r\n")),),
        usage="none",
    ),
    Case(
        "a connection that breaks before the answer",
        HELD,
        held(),
        second=says(b"", then="resets"),
        kind="elsewhere",
        usage="estimated",
    ),
    Case(
        "an answer that breaks off",
        HELD,
        held(),
        (breaks_off("closes"),),
        forms=JSON,
        usage="estimated",
    ),
    Case("no answer in time", HELD, held(), (hangs,), kind="hurried", usage="estimated"),
    Case(
        "no answer in time, then another target answers",
        HELD + " at first, then what the other tells, at its price",
        held(1, told(SECOND)),
        (hangs,),
        kind="hurried-backed",
        reserved=2,
    ),
    Case(
        "no answer in time, twice",
        HELD + ", twice",
        held(2),
        (hangs, hangs),
        kind="hurried-twice",
        usage="estimated",
        reserved=2,
    ),
    Case(
        "an error of the provider, then the same target answers",
        TOLD + ", once",
        told(),
        (answers("503 No", SOON), completes),
        kind="retried",
    ),
    Case(
        "an error of the provider, then another target answers",
        "what the other tells, at its price",
        told(SECOND),
        (answers("503 No", SOON),),
        kind="backed",
    ),
    Case(
        "an answer that costs more than was held",
        TOLD + ", and the record is flagged `overrun`",
        told(output_tokens=5000),
        (tells(9, 5000),),
        flags=("overrun",),
    ),
)
SDK_TRIES_AGAIN = Case(
    "an SDK that tries again after an error of the provider",
    "each of its tries as a call of its own: nothing, then " + TOLD,
    told(),
)
SDK_GIVES_UP = Case(
    "an SDK that gives up waiting and tries again",
    "each of its tries as a call of its own: " + HELD + ", then " + TOLD,
    held(1, told()),
)
REFUSED = Case("a call that is refused here", NOTHING, nothing, kind="refused")

ALL = (*CASES, SDK_TRIES_AGAIN, SDK_GIVES_UP, REFUSED)


def policy(first: str, second: str, dead: str) -> dict[str, Any]:
    """Models `KIND-openai`."""
    where = {
        "first": (first, {}),
        "quick": (first, {"total": "150ms"}),
        "silent": (first, {"idle": "150ms"}),
        "second": (second, {}),
        "dead": (dead, {}),
    }
    providers = {
        name: {"dialect": "openai", "base_url": url, "timeouts": limits}
        for name, (url, limits) in where.items()
    }

    def model(provider: str, price: dict[str, int] = FIRST, name: str = "m", **more: Any) -> dict[str, Any]:
        return {"targets": [{"to": f"{provider}/{name}", "price": price}], **more}

    models = {
        "plain": model("first"),
        "dead": model("dead"),
        "idle": model("silent"),
        "elsewhere": model("second"),
        "retried": model("first", retries=1),
        "backed": model("first", fallbacks=["other"]),
        "refused": model("first"),
        "hurried": model("quick"),
        "hurried-backed": model("quick", fallbacks=["other"]),
        "hurried-twice": model("quick", fallbacks=["again"]),
    }
    return {
        "gateway": 1,
        "providers": providers,
        "models": {f"{kind}-openai": model for kind, model in models.items()}
        | {"other": model("second", SECOND), "again": model("quick", name="n")},
        "roles": {"caller": {"models": ["*"], "max_output_tokens": CAP}},
        "teams": {"home": {}},
        "budgets": [
            {"name": "all", "amount": "1 USD", "period": "total"},
            {"name": "by-target", "amount": "1 USD", "period": "month", "per": ["target"]},
            {
                "name": "none",
                "amount": "0.000000001 USD",
                "period": "total",
                "match": {"model": "refused-openai"},
            },
        ],
    }
