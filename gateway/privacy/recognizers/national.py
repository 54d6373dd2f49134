"""Numbers by which a state knows a person: of the US, UK, FR, DE, ES, IT, NL, PT (and Brazil's CPF)."""

from __future__ import annotations

from gateway.privacy import checksums
from gateway.privacy.rules import Judge, Rule, apart, by_itself, checked, squeezed, words

_US = words(
    r"ssn", r"s\.s\.n\.?", r"social security(?: (?:number|no\.?|#))?", r"soc(?:ial)? sec", r"itin", r"tin", r"taxpayer(?: id(?:entification)?)?",
    r"tax id", r"(?:government|national|federal) id(?:entification)?(?: (?:number|no\.?))?",
)  # fmt: skip
_UK = words(r"utr", r"unique taxpayer reference", r"tax reference")
_FR = words(r"nir", r"n[°o] ?ss", r"s[eé]curit[eé] sociale", r"num[eé]ro (?:fiscal|de s[eé]cu)", r"spi", r"cni", r"carte (?:nationale )?d'identit[eé]", r"insee")  # fmt: skip
_DE = words(
    r"steuer(?:liche)?[- ]?(?:id|idnr|identifikationsnummer|nummer|nr)\.?", r"id-?nr\.?", r"identifikationsnummer", r"tin",
    r"personalausweis(?:nummer|nr)?\.?", r"ausweis(?:nummer|nr)\.?", r"(?:sozial|renten)versicherungs(?:nummer|nr)\.?", r"svnr\.?", r"sv-nummer", r"rvnr\.?",
)  # fmt: skip
_ES = words(
    r"dni",
    r"nie",
    r"nif",
    r"documento(?: nacional)?(?: de identidad)?",
    r"nuss",
    r"seguridad social",
    r"n[ºo]?\.? ?afiliaci[oó]n",
)
_IT = words(r"codice fiscale", r"c\.? ?f\.?", r"carta d'identit[aà]", r"cie", r"documento(?: d'identit[aà])?")
_NL = words(
    r"bsn", r"burgerservicenummer", r"sofi(?:-?nummer)?", r"id-?kaart(?:nummer)?", r"identiteitskaart"
)
_PT = words(
    r"nif",
    r"contribuinte",
    r"cart[aã]o de cidad[aã]o",
    r"cc",
    r"bi",
    r"bilhete de identidade",
    r"niss",
    r"n[uú]mero fiscal",
    r"cpf",
)


def rules() -> tuple[Rule, ...]:
    return (*_anglophone(), *_french(), *_german(), *_spanish(), *_italian(), *_dutch(), *_portuguese())


def _anglophone() -> tuple[Rule, ...]:
    return (
        Rule("NATIONAL_ID", r"\b(\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})\b", judge=_loose(checksums.ssn, 0.85)),
        Rule(
            "NATIONAL_ID", r"\b(\d{3}[ -.]?\d{2}[ -.]?\d{4})\b", judge=checked(checksums.ssn, 0.9), after=_US
        ),
        Rule(
            "NATIONAL_ID", r"\b([A-CEGHJ-PR-TW-Za-z][A-Za-z] ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d])\b", judge=_nino
        ),
        Rule("NATIONAL_ID", r"\b(\d{5} ?\d{5})\b", judge=by_itself(0.8), after=_UK),
    )


def _french() -> tuple[Rule, ...]:
    sep = r"[ .-]?"
    nir = (
        rf"\b([1-478]{sep}\d{{2}}{sep}\d{{2}}{sep}(?:\d{{2}}|2[ABab]){sep}\d{{3}}{sep}\d{{3}}{sep}\d{{2}})\b"
    )
    return (
        Rule("NATIONAL_ID", nir, judge=checked(checksums.nir)),
        Rule("NATIONAL_ID", rf"\b([1-478]{sep}\d{{2}}{sep}\d{{2}}{sep}(?:\d{{2}}|2[ABab]){sep}\d{{3}}{sep}\d{{3}}(?:{sep}\d{{2}})?)\b", judge=by_itself(0.8), after=_FR),
        Rule("NATIONAL_ID", r"\b([0-3]\d(?:[ .]?\d{2}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3})|\d{12}|[A-Z0-9]{9})\b", judge=_with_digits, after=_FR),
    )  # fmt: skip


def _german() -> tuple[Rule, ...]:
    return (
        Rule("NATIONAL_ID", r"\b(\d{2} \d{3} \d{3} \d{3})\b", judge=_loose(checksums.steuer_id, 0.9)),
        Rule("NATIONAL_ID", r"\b(\d{2} ?\d{3} ?\d{3} ?\d{3})\b", judge=by_itself(0.9), after=_DE),
        Rule("NATIONAL_ID", r"\b(\d{2} ?\d{6} ?[A-Z] ?\d{3})\b", judge=by_itself(0.85), after=_DE),
        Rule(
            "NATIONAL_ID",
            r"\b([CFGHJKLMNPRTVWXYZ0-9]{9,10}|\d{2,3}/\d{3,4}/\d{4,5})\b",
            judge=_with_digits,
            after=_DE,
        ),
    )


def _spanish() -> tuple[Rule, ...]:
    return (
        Rule("NATIONAL_ID", r"\b(\d{2}\.?\d{3}\.?\d{3}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z])\b", judge=checked(checksums.dni)),
        Rule("NATIONAL_ID", r"\b([XYZxyz][ -]?\d{7}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z])\b", judge=checked(checksums.dni)),
        Rule("NATIONAL_ID", r"\b(\d{8}[ -]?[A-Z]|[XYZ]-?\d{7}-?[A-Z]|\d{2}[ /-]?\d{8}[ /-]?\d{2}|\d{2}\.?\d{3}\.?\d{3})\b", judge=by_itself(0.8), after=_ES),
    )  # fmt: skip


def _italian() -> tuple[Rule, ...]:
    fiscal = r"[A-Za-z]{6} ?\d{2} ?[A-EHLMPR-Ta-ehlmpr-t] ?\d{2} ?[A-Za-z]\d{3} ?[A-Za-z]"
    return (
        Rule("NATIONAL_ID", rf"\b({fiscal})\b", judge=checked(checksums.codice_fiscale)),
        Rule(
            "NATIONAL_ID",
            rf"\b({fiscal}|[A-Z]{{2}} ?\d{{5}}[ ]?[A-Z]{{2}}|[A-Z]{{2}} ?\d{{7}})\b",
            judge=by_itself(0.85),
            after=_IT,
        ),
    )


def _dutch() -> tuple[Rule, ...]:
    return (
        Rule(
            "NATIONAL_ID",
            r"\b(\d{4}[. ]?\d{2}[. ]?\d{3}|\d{3}[. ]?\d{3}[. ]?\d{3})\b",
            judge=by_itself(0.85),
            after=_NL,
        ),
        Rule("NATIONAL_ID", r"\b([A-Z]{2}[A-Z0-9]{6}\d)\b", judge=by_itself(0.8), after=_NL),
    )


def _portuguese() -> tuple[Rule, ...]:
    return (
        Rule("NATIONAL_ID", r"\b(\d{3}[. ]?\d{3}[. ]?\d{3})\b", judge=by_itself(0.85), after=_PT),
        Rule("NATIONAL_ID", r"\b(\d{8} ?\d ?[A-Z]{2}\d|\d{8}|\d{11})\b", judge=by_itself(0.85), after=_PT),
        Rule("NATIONAL_ID", r"\b(\d{3}\.\d{3}\.\d{3}-\d{2})\b", judge=checked(checksums.cpf)),
    )


def _loose(check: object, score: float) -> Judge:
    """Without a word in front: not inside a longer row of groups."""

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        inside = data[max(0, start - 1) : start] in (b"-", b".", b"/", b"#", b"+") or (
            data[end : end + 1] in (b"-", b"/", b"#") and data[end + 1 : end + 2].isdigit()
        )
        rowed = data[end : end + 1] == b" " and data[end + 1 : end + 2].isdigit()
        rowed = rowed or (
            data[max(0, start - 1) : start] == b" " and data[max(0, start - 2) : start - 1].isdigit()
        )
        if inside or rowed or not apart(data, start, end):
            return None
        return (start, end, score) if callable(check) and check(squeezed(data, start, end)) else None

    return judge


def _nino(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    value = data[start:end]
    if not apart(data, start, end) or (
        value[:2] != value[:2].upper() != value[:2].lower() and value.islower()
    ):
        return None
    return (start, end, 0.95) if checksums.nino(squeezed(data, start, end)) else None


def _with_digits(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    digits = sum(48 <= byte <= 57 for byte in data[start:end])
    return (start, end, 0.8) if digits >= 2 and apart(data, start, end) else None
