"""Telephone numbers: with a country in front as the library knows them, without one by each country's own form."""

from __future__ import annotations

from typing import Final

import phonenumbers

from gateway.privacy.rules import Judge, Rule, apart, words

_EXTENSION: Final = r"(?: ?(?:x|ext\.?|extension) ?\d{1,5})?"
_ABROAD: Final = (
    r"((?:\+|\b00) ?[1-9]\d{0,2}[ .-]?(?:\(0?\d{0,4}\)[ .-]?)?\d{1,5}(?:[ .\-/]{1,2}\d{1,5}|\d){1,12}"
    rf"{_EXTENSION})\b"
)
_CALL: Final = words(
    r"phone(?: number)?", r"tel(?:\.|ephone|éfono|efono|efoon|efone)?", r"t[eé]l(?:\.|[eé]phone)?", r"telefon(?:nummer)?", r"mobile?", r"mobiel", r"m[oó]vil",
    r"cell(?:phone|ulare|ular)?", r"handy(?:nummer)?", r"portable", r"fax", r"whatsapp", r"call(?:ed|back|ing)?(?: (?:me|us|him|her|them|back))?(?: (?:on|at))?", r"callback on",
    r"ring(?: me)?", r"dial", r"text me(?: at| on)?", r"sms", r"reach(?:able|ed)?(?: me)?(?: (?:at|on))?", r"rappel[eé]r?(?: au)?", r"joignable(?: au)?", r"appel(?:ez|er|le)?(?:-moi)?(?: au)?",
    r"r[uü]ckruf(?: unter)?", r"erreichbar(?: unter)?", r"anrufen", r"llam(?:en|ar|ame|e)(?: al)?", r"chiama(?:re|mi|mo)?(?: al)?",
    r"bel(?:len)?(?: (?:mij|me))?(?: op)?", r"bereikbaar(?: op)?", r"lig(?:ar|ue|uem)(?: para)?", r"telem[oó]vel", r"contact(?:o|ar)?(?: number)?",
    r"answering at", r"messages? to", r"(?:registered|contact|callback|work|home|office)(?: (?:mobile|phone))?(?: (?:number|no\.?))?", r"desk",
    r"(?:my|his|her|our|their|phone) number(?: is)?", r"mon num[eé]ro(?: est)?", r"meine nummer(?: ist)?", r"mi n[uú]mero(?: es)?", r"mio numero", r"mijn nummer", r"meu n[uú]mero",
)  # fmt: skip
_HOME: Final = (
    # area, exchange, line: United States and Canada
    (("en",), r"((?:\b1[ .-])?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[-. /])[2-9]\d{2}[-. ]\d{4}" + _EXTENSION + r")\b"),
    # a nought in front, as nearly everywhere
    (("en",), r"\b(0\d{2,3}[ -]\d{3,4}[ -]\d{3,4}|0\d{2} \d{3} \d{2} \d{2}|0\d{3} \d{3} \d{2} \d{2})\b"),
    # United Kingdom
    (("en",), r"(\(?\b0(?:1\d{2,4}|2\d|3\d{2}|[57]\d{3}|8\d{2})\)?[ -]?\d{3,4}[ -]?\d{3,4}(?:[ -]?\d{2})?)\b"),
    (("fr",), r"\b(0[1-9](?:[ .-]?\d{2}){4})\b"),
    (("de",), r"(\(?\b0[1-9]\d{1,4}\)?(?: ?[/-] ?| )\d{2,8}(?:[ -]\d{1,6}){0,3}|\b01[567]\d{8,9})\b"),
    (("es",), r"\b([6789]\d{2}[ .-]\d{3}[ .-]\d{3}|[6789]\d{2}[ .-]\d{2}[ .-]\d{2}[ .-]\d{2}|[6789]\d[ .-]\d{3}[ .-]\d{2}[ .-]\d{2})\b"),
    (("it",), r"\b(3[1-9]\d[ .-]?\d{3}[ .-]?\d{3,4}|0[1-9]\d{0,2}[ .\-/]\d{3,4}[ .-]?\d{3,4})\b"),
    (("nl",), r"\b(06[ -]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}|0[1-9]\d{1,2}[ -]\d{3}[ ]?\d{2}[ ]?\d{2}|0[1-9]\d{1,2}[ -]\d{6,7}|06[ -]\d{8})\b"),
    (("pt",), r"\b(9[1236]\d[ .]\d{3}[ .]\d{3}|2[1-9]\d?[ .]\d{3}[ .]\d{3,4}|\(\d{2}\) ?9?\d{4}-\d{4})\b"),
)  # fmt: skip
_BARE: Final = rf"(\+?\(?\b\d(?:[ .()/-]{{0,2}}\d){{6,13}}{_EXTENSION})\b"
_LABELLED: Final = (
    r"(\+?\(?\b\d(?:[ .()/-]{0,2}\d){6,13}"
    + _EXTENSION
    + r")[ ]?[ (-][ ]?(?i:office|fax|mobile|cell|home|work|desk|phone|büro|mobil|handy|bureau|portable|móvil|oficina)\b"
)


def rules() -> tuple[Rule, ...]:
    return (
        Rule("PHONE", _ABROAD, judge=_abroad),
        *(Rule("PHONE", pattern, judge=_alone(0.7), languages=languages) for languages, pattern in _HOME),
        Rule("PHONE", _BARE, judge=_alone(0.75), after=_CALL, reach_bytes=28),
        Rule("PHONE", _LABELLED, judge=_labelled),
    )


def _abroad(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    digits = bytes(byte for byte in data[start:end] if 48 <= byte <= 57).decode()
    if not 8 <= len(digits) <= 17 or not _stands_alone(data, start, end):
        return None
    number = digits.removeprefix("00")
    for length in (1, 2, 3):  # no country's code begins with another's
        if int(number[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return (start, end, 0.9) if 6 <= len(number) - length <= 14 else None
    return None


def _alone(score: float) -> Judge:
    """A judge of a number without a country."""

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        digits = sum(48 <= byte <= 57 for byte in data[start:end])
        if not 7 <= digits <= 15 or not _stands_alone(data, start, end) or _is_date(data[start:end]):
            return None
        return start, end, score

    return judge


def _labelled(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    digits = sum(48 <= byte <= 57 for byte in data[start:end])
    before = data[max(0, start - 1) : start]
    alone = apart(data, start, end) and before not in (b"-", b".", b"/", b"#", b"$")
    return (start, end, 0.75) if 7 <= digits <= 18 and alone else None


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    """Not a piece of a version, an order number, a path or a longer row of digits."""
    before, behind = data[max(0, start - 1) : start], data[end : end + 1]
    if before in (b"-", b".", b"/", b"#", b"_", b"+", b"$", b"\xa3") or not apart(data, start, end):
        return False
    if behind in (b"-", b"/", b"_", b"%") or (
        behind in (b".", b",", b" ", b":") and data[end + 1 : end + 2].isdigit()
    ):
        return False
    return not (before == b" " and data[max(0, start - 2) : start - 1].isdigit())


def _is_date(value: bytes) -> bool:
    """2027-06-30 or 30.06.2027, which look like groups of digits."""
    pieces = [len(piece) for piece in value.replace(b"/", b"-").replace(b".", b"-").split(b"-")]
    return pieces in ([4, 2, 2], [2, 2, 4])
