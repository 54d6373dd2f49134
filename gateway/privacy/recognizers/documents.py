"""Passports, medical numbers, dates of birth: nearly all of them only behind a word that says so."""

from __future__ import annotations

from typing import Final

from gateway.privacy import checksums
from gateway.privacy.rules import Rule, apart, by_itself, checked, words

_PASSPORT: Final = words(
    r"passports?", r"passeports?", r"reisep(?:ass|asses|äss?e)", r"pass(?:nummer|nr\.?|-nr\.?|port-?nr\.?)", r"reisepass(?:nummer|nr\.?)",
    r"pasaportes?", r"passaport[oi]", r"paspoort(?:nummer)?", r"passaportes?", r"ppt no\.?",
)  # fmt: skip
_MEDICAL: Final = words(
    r"mrn", r"(?:medical|health|patient|hospital)(?:[ -](?:record|id|card|file|chart|insurance))?(?:[ -](?:number|no\.?|id|#))?", r"nhs(?: (?:number|no\.?))?",
    r"chi(?: number)?", r"medicare(?: (?:id|number))?", r"mbi", r"medicaid(?: id)?", r"member id", r"num[eé]ro (?:de )?(?:patient|dossier|s[eé]jour)",
    r"ipp", r"dossier m[eé]dical", r"ins", r"kranken(?:versicherten|versicherungs|kassen)[- ]?(?:nummer|nr\.?)", r"kvnr\.?", r"versicherten(?:nummer|nr\.?)",
    r"patienten(?:nummer|nr\.?|-?id|akte)", r"fallnummer", r"historia cl[ií]nica", r"tarjeta sanitaria", r"cip", r"n[uú]mero de (?:paciente|historia)",
    r"nhc", r"tessera sanitaria", r"cartella clinica", r"pati[eë]nt(?:en)?-?nummer", r"zorgpas", r"polisnummer", r"n[uú]mero de utente", r"utente",
    r"processo cl[ií]nico", r"cart[aã]o de sa[uú]de", r"cns",
)  # fmt: skip
_BIRTH: Final = words(
    r"d\.?o\.?b\.?", r"date of birth", r"birth ?dates?", r"birthday(?: is)?", r"born(?: on)?", r"birth", r"n[eé]e?(?: le)?", r"date de naissance",
    r"naissance", r"ddn", r"anniversaire", r"geb(?:\.|oren)?(?: am)?", r"geburts(?:datum|tag)", r"geb\.?-?datum", r"fecha de nac(?:imiento|\.)?",
    r"nacid[oa](?: el)?", r"naci[oó](?: el)?", r"cumplea[nñ]os", r"f\. ?nac\.?", r"dat[ae] di nascita", r"nat[oa](?: il)?", r"compleanno",
    r"geboorte(?:datum|dag)", r"geboren op", r"verjaardag", r"data de nascimento", r"nascid[oa](?: em| a)?", r"nasceu(?: em| a)?", r"anivers[aá]rio",
)  # fmt: skip
_MONTHS: Final = (
    r"jan(?:uary|uar|vier|\.)?|gennaio|enero|januari|janeiro|jänner|feb(?:ruary|ruar|ruari|brero|braio|\.)?|f[eé]v(?:rier|ereiro|\.)?|mar(?:ch|s|zo|ço|\.)?|"
    r"m[aä]rz|maart|apr(?:il|ile|\.)?|avr(?:il|\.)?|abril|abr\.?|may|mai|mei|mayo|maggio|maio|june?|juin|juni|junio|giugno|junho|jul(?:y|i|io|ho|\.)?|"
    r"juil(?:let|\.)?|luglio|aug(?:ust|ustus|\.)?|ao[uû]t|agosto|ago\.?|sep(?:t|tember|tembre|tiembre|\.)?|set(?:tembre|embro|\.)?|oct(?:ober|obre|ubre|\.)?|"
    r"okt(?:ober|\.)?|ottobre|outubro|nov(?:ember|embre|iembre|embro|\.)?|d[eé][cz](?:ember|embre|iembre|embro|\.)?|dicembre|diciembre|dic\.?"
)
_DATE: Final = (
    r"\b(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?(?:\d{4}|\d{2})"
    rf"|(?i:\d{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?[ -](?:of |de |d[i'] ?)?(?:{_MONTHS})[ ,.-]{{0,2}}(?:de |del )?\d{{4}})"
    rf"|(?i:(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}))\b"
)
_PASSPORT_NUMBER: Final = r"\b((?:[A-Z]{1,3}[ -]?)?\d{5,9}[A-Z]?|\d{2}[A-Z]{2}\d{5}|[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8,9}|[A-Z][A-Z0-9]{2}\d{4,6}[A-Z0-9]?)\b"
_MEDICAL_NUMBER: Final = (
    r"\b((?:MRN|NHC|CIP|IPP|PAT|HC|MR|PID)[-:# ]{0,2}[A-Z]{0,4}-?\d{4,12}|\d{3}[ -]\d{3}[ -]\d{4}|[A-Z]{1,4}[- ]?\d{5,16}|\d[AC-HJ-NP-RT-Y][AC-HJ-NP-RT-Y0-9]\d-?[AC-HJ-NP-RT-Y]"
    r"[AC-HJ-NP-RT-Y0-9]\d-?[AC-HJ-NP-RT-Y]{2}\d{2}|\d{6,18}|[A-Z]{4}\d{8,12})\b"
)


def rules() -> tuple[Rule, ...]:
    return (
        Rule("PASSPORT", _PASSPORT_NUMBER, judge=by_itself(0.9), after=_PASSPORT),
        Rule("MEDICAL_ID", r"(?i)\b(MRN[-:# ]{0,2}\d{5,12})\b", judge=by_itself(0.9)),
        Rule("MEDICAL_ID", _MEDICAL_NUMBER, judge=by_itself(0.85), after=_MEDICAL, reach_bytes=32),
        Rule("MEDICAL_ID", r"\b([A-Z]\d{9})\b", judge=checked(checksums.kvnr, 0.8)),
        Rule("DOB", _DATE, judge=_birthday, after=_BIRTH, reach_bytes=40),
    )


def _birthday(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    """Not a day of this century's third decade or later with an hour behind it: that is a log line."""
    behind = data[end : end + 1]
    if not apart(data, start, end) or (
        behind == b"T" or (behind == b"-" and data[end + 1 : end + 2].isdigit())
    ):
        return None
    return start, end, 0.9
