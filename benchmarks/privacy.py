"""`python -m benchmarks.privacy`: how long detection takes, of ordinary and of hostile text.

Milliseconds of CPU, which other work on the machine changes little; the median and the best of several runs, in one
process. `chat` is prose with a person's
data in every sixth sentence, `prose` has none and `dense` nothing else. A hostile text stands beside chat and prose
of its size.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from gateway.privacy.detector import Detector
from gateway.privacy.memo import Memo
from gateway.privacy.profile import profile_of

_PROSE = (
    "The committee met on Tuesday to talk about the new library in the north of the town.",
    "Nobody had expected that so many people would come, and the chair had to ask for more seats.",
    "After an hour of questions the plan was accepted with small changes, which Friday's paper printed.",
    "Could you write a function that sorts a list of 250 numbers and returns the first ten of them?",
    "Our Berlin office moves in spring; the lease runs until 2031 and costs 14,500 EUR a month.",
)
_PERSONAL = (
    "Please tell Megan Okafor (megan.okafor@example.org) that her card 4111 1111 1111 1111 has expired.",
    "Kunde Jürgen Kühnert, Hauptstraße 82a, erreichbar unter +49 171 98051221, zahlt von DE89370400440532013000.",
    "La patiente Chloé Lefèvre, née le 3 mai 1980, NIR 2 55 08 14 168 025 38, habite 12 rue de la Paix.",
    "El titular Íñigo Peñalver, DNI 12345678Z, escribe desde 8.8.4.4 con la clave hf_Zq8Lw2Xv7Rt4Ny9Kb3Hd6Mf1Gs5Pc0Jtab.",
)
_HOSTILE = {
    "dots": ".",
    "a.a.a.": "a.",
    "digits": "1",
    "digits and spaces": "1 ",
    "almost cards": "4111 1111 1111 1112 ",
    "deep JSON": '{"a":[',
    "almost e-mail": "a.a.a@b-b-",
    "lone surrogates": "\ud800a",
    "zero width": "wo\u200brd ",
    "bidi": "\u202eabc ",
    "homoglyphs": "аbс ",
    "accents apart": "e\u0301a ",
    "beginnings of keys": "-----BEGIN PRIVATE KEY-----\n",
    "beginnings of tokens": "eyJhbGciOi",
    "colons": "a:",
    "names": "Anna Smith, ",
    "passwords": "password: ",
    "e-mails": "a@b.co ",
}


def main() -> None:
    detector, profile = Detector(), profile_of()
    gc.disable()  # as in the processes that read long texts
    console = Console()

    def fresh(text: str) -> Callable[[], object]:
        return lambda: detector.spans(text, profile)

    table = Table("text", "characters", "median ms", "best ms")
    for size in (1_024, 20_000, 200_000):
        for name, sentences in (("prose", _PROSE), ("chat", _chat()), ("dense", _PERSONAL)):
            table.add_row(name, f"{size:,}", *_both(fresh(_filled(" ".join(sentences) + " ", size)), size))
    memo = Memo(detector, b"k" * 32)
    seen = _filled(" ".join(_chat()), 1_024)
    table.add_row("chat, seen before", "1,024", *_both(lambda: memo.spans(seen, profile, "t"), 1_024))
    console.print(table)

    sizes = (20_000, 1_000_000)
    hostile = Table("hostile text", *(f"{size:,}: ms (× chat, × prose)" for size in sizes))
    bases = {
        size: [_times(fresh(_filled(" ".join(unit) + " ", size)), size)[1] for unit in (_chat(), _PROSE)]
        for size in sizes
    }
    for name, unit in _HOSTILE.items():
        cells = []
        for size, (chat, prose) in bases.items():
            best = _times(fresh(_filled(unit, size)), size)[1]
            cells.append(f"{best:.1f} (× {best / chat:.1f}, × {best / prose:.1f})")
        hostile.add_row(name, *cells)
    console.print(hostile)


def _chat() -> tuple[str, ...]:
    """Six sentences, one of them personal, and so on."""
    return tuple(itertools.chain.from_iterable((*_PROSE, personal) for personal in _PERSONAL))


def chat_of(size: int) -> str:
    """So many characters of chat."""
    return _filled(" ".join(_chat()) + " ", size)


def _filled(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _both(run: Callable[[], object], size: int) -> tuple[str, str]:
    median, best = _times(run, size)
    return f"{median:.3f}", f"{best:.3f}"


def _times(run: Callable[[], object], size: int) -> tuple[float, float]:
    run()
    times = []
    for _ in range(3 if size > 100_000 else 30):
        start = time.process_time()
        run()
        times.append((time.process_time() - start) * 1_000)
    return statistics.median(times), min(times)


if __name__ == "__main__":
    main()
