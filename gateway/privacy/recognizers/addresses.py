"""Street lines, by the words that each language has for a street. A house number is part of one."""

from __future__ import annotations

import re
from typing import Final

from gateway.privacy.rules import LETTERS, Judge, Rule, apart, words

_L: Final = LETTERS
_LU: Final = r"[A-Z\x{C0}-\x{DE}\x{100}-\x{17F}]"
_CAP: Final = rf"(?:{_LU}[{_L}'.-]{{0,30}}|\d{{1,3}}(?:st|nd|rd|th))"
_LINK: Final = r"(?:de la|de las|de los|de l'|de|du|des|del|della|delle|dei|degli|di|da|do|das|dos|d'|l'|la|le|les|el|van de|van der|van den|van|the|of|y|e|et|al|sur|sous|lès|op|aan|ten|ter|'t)"
_NAME: Final = rf"(?:{_LINK}[ ]?){{0,2}}(?:{_CAP}|\d{{1,2}})(?:[ -](?:{_LINK}[ ]?){{0,2}}{_CAP}){{0,4}}"
_NUMBER: Final = r"\d{1,5}(?:[ -]?(?:bis|ter|quater|[A-Za-z]))?(?:[-/]\d{1,4}[A-Za-z]?)?"
_EN: Final = (
    "Street|St|Road|Rd|Avenue|Ave|Av|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Close|Crescent|Cres|Gardens?|Grove|Hill|"
    "Mews|Row|Walk|Parade|Circle|Cir|Highway|Hwy|Parkway|Pkwy|Trail|Trl|Alley|Aly|Plaza|Plz|Point|Pt|Points|Pike|Turnpike|Tpke|Run|Ridge|Rdg|Loop|Path|Pass|"
    "Commons?|Cove|Cv|Creek|Crossing|Xing|Crossroads?|Curve|Dale|Dam|Divide|Estates?|Expressway|Extensions?|Falls?|Ferry|Fields?|Flats?|Fords?|Forest|Forges?|Forks?|Fort|"
    "Freeway|Gateway|Glens?|Greens?|Groves|Harbou?rs?|Haven|Heights|Hills|Hollow|Inlet|Islands?|Isle|Junctions?|Keys?|Knolls?|Lakes?|Landing|Light|Lights|Locks?|Lodge|"
    "Mall|Manors?|Meadows?|Mills?|Mission|Motorway|Mountains?|Mount|Neck|Orchard|Oval|Overpass|Parks?|Passage|Pine|Pines|Plains?|Port|Ports|Prairie|Radial|Ramp|Ranch|Rapids?|"
    "Rest|Ridges|River|Route|Rue|Shoals?|Shores?|Skyway|Springs?|Spurs?|Squares?|Station|Stravenue|Stream|Streets|Summit|Throughway|Trace|Track|Trafficway|Tunnel|Underpass|Unions?|"
    "Valleys?|Via|Viaduct|Views?|Villages?|Ville|Vista|Walks|Wall|Ways|Wells?|Centers?|Centres?|Center|Circles|Cliffs?|Club|Corners?|Course|Courts|Coves|Causeway|Canyon|Cape|Camp|Bypass|"
    "Burgs?|Brooks?|Branch|Bridge|Bottom|Bluffs?|Bend|Beach|Bayou|Anex|Arcade|Drives|End|Rise|View|Vale|Wharf|Yard|Quay|Wynd|Broadway"
)
_UNIT: Final = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|#|No)\.? ?#?[A-Za-z]?\d{0,5}[A-Za-z]?)?"
_FR: Final = r"rue|avenue|av\.?|boulevard|bd\.?|blvd|place|pl\.?|chemin|ch\.|all[eé]es?|impasse|imp\.?|quai|cours|square|passage|route|rte|sentier|faubourg|fg|villa|esplanade|promenade|mont[eé]e|c[oô]te|hameau|r[eé]sidence|lotissement|voie|venelle|ruelle|rond-point|lieu-dit|parvis|traverse"
_DE_END: Final = r"(?:stra(?:ß|ss)en?|str\.?|wege?|pl[aä]tze?|gassen?|alleen?|ringe?|d[aä]mme?|ufer|chaussee|promenade|br[uü]cken?|h[oö]fe?|berge?|steige?|steg|stiege|zeile|markt|graben|park|pfade?|g[aä]rten|feld|kamp|twiete|tor|winkel|grund|höhe|anlage|redder|hain|wiesen?|busch)"
_DE_START: Final = r"(?:Am|An der|An den|Auf der|Auf dem|Auf den|Im|In der|In den|Zum|Zur|Unter den|Unter der|Hinter der|Hinter dem|Vor dem|Vor der|Beim|Bei der|Alte|Alter|Neue|Neuer|Obere|Untere|Oberer|Unterer)"
_DE_FREE: Final = (
    r"(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee|Promenade|Markt|Hof|Steig|Graben)"
)
_ES: Final = r"[Cc]alle|[Cc]/|[Cc]l\.|[Aa]venida|[Aa]v(?:da|d)?\.?|[Pp]laza|[Pp]lza?\.?|[Pp]za\.?|[Pp]aseo|[Pp]º|[Cc]amino|[Cc]tra\.?|[Cc]arretera|[Rr]onda|[Tt]raves[ií]a|[Gg]lorieta|[Gg]ran [Vv]ía|[Cc]allej[oó]n|[Pp]asaje|[Rr]ambla|[Cc]uesta|[Bb]ulevar|[Vv]ial?|[Uu]rbanizaci[oó]n|[Uu]rb\.|[Pp]asadizo|[Aa]lameda|[Cc]añada|[Vv]ereda|[Cc]osta|[Cc]alzada|[Cc]uadra|[Bb]arrio"
_ES_UNIT: Final = r"(?:,? ?(?:\d{1,2}[.ºª°]{1,2} ?(?:[A-Za-z](?:\b)|izq(?:uierda)?|dcha|derecha)?|[Pp]iso \d{1,2}|[Pp]ta\.? ?\d{1,2}|[Bb]ajo|[Áá]tico|[Pp]uerta \d{1,2}|[Ee]sc\.? ?\w))?"
_IT: Final = r"[Vv]ia|[Vv]iale|[Pp]iazza(?:le)?|[Pp]\.zza|[Cc]orso|[Cc]\.so|[Ll]argo|[Vv]icolo|[Ss]trada|[Ll]ungomare|[Ll]ungotevere|[Cc]ontrada|[Bb]orgo|[Gg]alleria|[Ss]alita|[Cc]alle|[Ff]ondamenta|[Cc]irconvallazione|[Tt]raversa|[Vv]\.le|[Ll]ocalità"
_NL_END: Final = r"(?:straat|str\.|weg|laan|plein|gracht|kade|dijk|singel|hof|pad|steeg|dreef|markt|park|baan|plantsoen|wal|haven|brink|oord|burgwal|boulevard|vaart|poort|veld|akker|hoek|ring)"
_WORD: Final = rf"(?:{_CAP}|{_LINK}|\d{{1,6}}[A-Za-z]?)"
_SEAM: Final = r"(?:,? |[ ,]{0,4}\n[ ,>?|*]{0,8})"
_COUNTRY: Final = rf"(?:{_SEAM}(?:{_LU}[{_L}'.()-]{{1,30}}|[A-Z]{{2}}|nan)){{0,8}}(?:{_SEAM}(?:[A-Z]{{2}} )?\d{{2,6}}(?:-\d{{3,4}})?)?"
_ROOM: Final = r"(?i:apt|apartment|suite|unit|flat)\.? ?#? ?\d{1,5}[A-Za-z]?"
_THERE: Final = words(
    r"address(?: is| with| to)?", r"lives? (?:at|on|in)", r"living (?:at|on)", r"located (?:at|on)", r"(?:is|are|was|stay(?:ing|s)?|moved?|meet|offices?|taxi) (?:at|to)",
    r"(?:return(?:ed)?|sent|send (?:it|this|them)|ship(?:ped)?|deliver(?:ed|y)?|you off|off) (?:to|at)", r"(?:billing|shipping|home|postal|mailing) address(?: is| with| to)?",
)  # fmt: skip
_NAMED: Final = re.compile(rb"[A-Z\xc3\xc4\xc5][\x80-\xbf]?(?:[a-z]|[\xc3-\xc9][\x80-\xbf]){2}")
"""A word of a name, not a unit such as MB."""
_PT: Final = r"[Rr]ua|R\.|[Aa]venida|[Aa]v\.?|[Pp]raça|[Pp]ç\.?|[Tt]ravessa|[Ll]argo|[Aa]lameda|[Ee]strada|[Cc]alçada|[Bb]eco|[Rr]odovia|[Pp]raceta|[Rr]otunda|[Qq]uinta|[Cc]aminho|[Bb]airro|[Ll]adeira|[Pp]asseio"
_FLOOR: Final = r"(?:,? ?\d{1,2}[.ºª°]{1,2} ?(?:[A-Z]\b|[Ee]sq\.?|[Dd]to\.?|[Dd]ireito|[Ee]squerdo)?)?"
_POST: Final = rf"(?:,? (?:[A-Z]{{1,2}}-?)?\d{{4,5}}(?:-\d{{3,4}})?(?: ?[A-Z]{{2}}\b)? {_LU}[{_L}'-]{{1,30}}(?:[ -]{_LU}[{_L}'-]{{1,30}}){{0,2}})?"


def rules() -> tuple[Rule, ...]:
    n = r",? ?(?:n[.º°o]{1,2} ?|nr\.? ?|núm\.? ?|número |numero |nº ?)?"
    return (
        _street("en", rf"[ ](?:{_EN})\b", rf"\b(\d{{1,6}}[A-Za-z]?(?:-\d{{1,4}})?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?:{_CAP} ){{1,4}}(?:{_EN})\b\.?{_UNIT}(?:, {_LU}[{_L}'-]{{1,30}}(?: {_LU}[{_L}'-]{{1,30}})?,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)?)"),
        _street("", rf"\b{_ROOM}", rf"\b(\d{{1,6}}[A-Za-z]?(?: [^\n;:!?|]{{2,60}}?)?{_SEAM}{_ROOM}{_COUNTRY})"),
        _street("", rf"\n {{0,8}}{_ROOM}", rf"\n {{0,8}}({_ROOM})\b"),
        _street("", r"\b(?:PSC|CMR|[AFD]PO) ", r"\b((?:(?:PSC|CMR|Unit) \d{1,5},? Box \d{1,5}\s{1,4})?(?:[AFD]PO,? A[AEP],? \d{5}(?:-\d{4})?)|(?:PSC|CMR) \d{1,5},? Box \d{1,5})\b"),
        _street("", r"\bUS(?:NS|S|NV|CGC) ", r"\b((?:USNS|USS|USNV|USCGC) [^\n,;]{2,40}[\n,][ ]?[AFD]PO A[AEP] \d{5})\b"),
        _street("", r"\d \S[^\n]{2,60}\n[ ,>?|*]{0,8}\S", rf"(?:^|\n|[:,.?] |\b(?:at|to|with|in|address|is) )[^\w\n]{{0,6}}(\d{{1,6}}[A-Za-z]?(?: {_WORD}){{1,7}}[ ,]{{0,3}}\n[ ,>?|*]{{0,8}}{_LU}[{_L}'. -]{{1,40}}(?:[ ,]{{0,4}}\n[ ,>?|*]{{0,8}}[A-Z][A-Za-z .]{{1,30}}|,? (?:[A-Z]{{2}}|nan)){{0,2}}[ ,]{{0,3}}[\n ][ ,>?|*]{{0,8}}(?:{_LU}[{_L}]{{1,30}} ){{0,3}}\d{{4,6}})\b"),
        Rule("ADDRESS", rf"^[^\w\n]{{0,4}}(\d{{1,6}}[A-Za-z]?(?:,? {_WORD}){{2,8}}{_COUNTRY})", judge=_line(_NAMED), after=_THERE, reach_bytes=140, languages=("en",)),
        _street("en", r"(?i)\bP\.? ?O\.? ?Box", r"(?i)\b(P\.? ?O\.? ?Box \d{1,6})\b"),
        _street("fr", rf"(?i)[ ](?:{_FR}) ", rf"\b({_NUMBER},? (?i:{_FR}) {_NAME}{_POST})"),
        _street("fr", r"\b(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Ii]mpasse) ", rf"\b((?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|[Ii]mpasse) {_NAME},? (?:n° ?)?\d{{1,4}}(?: bis| ter)?)\b"),
        _street("de", rf"{_DE_END} \d", rf"((?:{_LU}[{_L}.-]{{0,25}}[ -]){{0,2}}{_LU}[{_L}-]{{1,35}}{_DE_END} {_NUMBER}{_POST})"),
        _street("de", rf"{_DE_FREE} \d", rf"((?:{_CAP}[ -]){{1,3}}{_DE_FREE} {_NUMBER}{_POST})"),
        _street("de", rf"\b{_DE_START} [^a-z]", rf"\b({_DE_START} (?:{_CAP} ){{1,2}}{_NUMBER}{_POST})"),
        _street("es", rf"\b(?:{_ES})", rf"((?:\b(?:{_ES})) ?{_NAME}{n}{_NUMBER}{_ES_UNIT}{_POST})"),
        _street("it", rf"\b(?:{_IT}) ", rf"\b((?:{_IT}) {_NAME}{n}{_NUMBER}{_POST})"),
        _street("nl", rf"{_NL_END} \d", rf"((?:{_LU}[{_L}.-]{{0,25}}[ -]|(?:van|de|der|den|ter|ten) ){{0,3}}{_LU}?[{_L}-]{{1,35}}{_NL_END} {_NUMBER}(?: ?(?:hs|bis|[IVX]{{1,4}}))?(?:,? \d{{4}} ?[A-Z]{{2}}(?: {_LU}[{_L}'-]{{1,30}})?)?)"),
        _street("pt", rf"\b(?:{_PT}) ", rf"\b((?:{_PT}) {_NAME}{n}{_NUMBER}{_FLOOR}{_POST})"),
    )  # fmt: skip


def _street(language: str, trigger: str, pattern: str) -> Rule:
    return Rule("ADDRESS", pattern, judge=_line(), trigger=trigger, languages=(language,) if language else ())


def _line(named: re.Pattern[bytes] | None = None) -> Judge:
    """It has a capital, and is no piece of a word. Its end may be a point of a sentence: that one stays."""

    def judge(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
        value = data[start:end].rstrip(b" ,-.").decode("utf-8", "ignore")
        kept = start + len(value.encode())
        if named is not None and named.search(data, start, kept) is None:
            return None
        return (start, kept, 0.75) if value != value.lower() and apart(data, start, kept) else None

    return judge
