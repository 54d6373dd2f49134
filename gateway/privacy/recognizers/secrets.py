"""Keys, tokens, passwords: by the prefixes that their issuers have given them, and by the words in front of them."""

from __future__ import annotations

from typing import Final

from gateway.credentials import well_formed
from gateway.privacy.rules import Rule, by_itself

_PREFIXED: Final = (
    # model providers
    r"sk-(?:ant|proj|svcacct|admin|or|None|lf|user)-[A-Za-z0-9_-]{16,250}",
    r"sk-[A-Za-z0-9]{20,120}",
    r"AIza[A-Za-z0-9_-]{30,45}|AQ\.Ab[A-Za-z0-9_-]{30,80}",
    r"hf_[A-Za-z0-9]{30,40}|api_org_[A-Za-z0-9]{30,40}",
    r"gsk_[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{40,90}|pplx-[A-Za-z0-9]{32,60}|r8_[A-Za-z0-9]{30,45}|nvapi-[A-Za-z0-9_-]{40,80}",
    r"fw_[A-Za-z0-9]{20,30}|tgp_v1_[A-Za-z0-9_-]{30,60}|csk-[a-z0-9]{40,60}|ak-[A-Za-z0-9]{22}|pcsk_[A-Za-z0-9_]{40,90}",
    # clouds
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|ABIA|ACCA)[A-Z2-7]{16}|ABSK[A-Za-z0-9+/]{60,170}={0,2}",
    r"ya29\.[A-Za-z0-9_-]{20,250}|GOCSPX-[A-Za-z0-9_-]{20,40}|1//0[A-Za-z0-9_-]{30,120}",
    r"do[opr]_v1_[a-f0-9]{64}|LTAI[A-Za-z0-9]{12,24}|dapi[a-f0-9]{32}(?:-\d)?|hvs\.[A-Za-z0-9_-]{20,120}|hvb\.[A-Za-z0-9_-]{20,250}",
    # code and packages
    r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,120}",
    r"gl(?:pat|dt|rt|soat|cbt|ptt|ft|imt|agent|oas|ffct)-[A-Za-z0-9_.-]{20,80}",
    r"npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,250}|rubygems_[a-f0-9]{48}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,40}|ATATT3[A-Za-z0-9_=-]{40,250}",
    r"ATBB[A-Za-z0-9]{24,40}|ATCTT3[A-Za-z0-9_=-]{40,250}|PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}|CCIPAT_[A-Za-z0-9_]{40,80}|bkua_[a-f0-9]{40}",
    # services
    r"xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{20,250}|hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,120}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,120}|whsec_[A-Za-z0-9+/]{24,80}",
    r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,64}|key-[a-f0-9]{32}|[a-f0-9]{32}-us\d{1,2}|SK[a-f0-9]{32}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}",
    r"shp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}|sq0[a-z]{3}-[A-Za-z0-9_-]{22,50}|EAAA[A-Za-z0-9_-]{56,64}|EAA[A-Za-z0-9]{90,250}",
    r"lin_(?:api|oauth)_[A-Za-z0-9]{32,64}|ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|figd_[A-Za-z0-9_-]{40}",
    r"\d{8,10}:AA[A-Za-z0-9_-]{32,34}|[MNO][A-Za-z0-9]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}",
    r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,44}|gl(?:sa|c)_[A-Za-z0-9_=]{32,250}|sntr[yu]s_[A-Za-z0-9_=+/]{40,250}|NRAK-[A-Z0-9]{27}",
    r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}|sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,50}|v1\.0-[a-f0-9]{24}-[a-f0-9]{146}|tskey-[A-Za-z0-9-]{20,80}",
    r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}|oy2[a-z0-9]{43}|phc_[A-Za-z0-9]{40,50}|phx_[A-Za-z0-9]{40,50}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}",
    r"eyJ[A-Za-z0-9_-]{10,4}\.".replace("{10,4}", "{8,1000}") + r"eyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]{0,1000}",
)  # fmt: skip
_OURS: Final = r"\b(gw-[0-9A-Za-z]{40,60})\b"
_KEY_BEGINS: Final = (
    r"(-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d)"
)
_KEY_BYTES: Final = 16 << 10
_IN_URL: Final = (
    r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/?#@\"'<>]{0,64}:([^\s/\"'<>@]{3,128})@[\p{L}\p{N}.\[-]"
)
_NAMES: Final = (
    r"pass(?:word|wd|phrase|code|wort)?s?|pwd|pw|secret(?:[ _-]?(?:access)?[ _-]?key)?|(?:api|access|auth|account|shared|private|client|signing|"
    r"encryption|master|service|session|refresh|bearer|bot|webhook|consumer|app|admin|root|db|user)[ _.-]?(?:api)?[ _-]?(?:key|secret|token|"
    r"pass(?:word)?|pwd)|token|api[ _-]?key|apikey|accountkey|sharedaccesskey|mot de passe|mdp|cl[eé] (?:api|secr[eè]te)|jeton|kennwort|"
    r"zugangsdaten|geheimnis|schl[uü]ssel|contrase[nñ]a|clave(?: secreta| api)?|parola(?: d'ordine| chiave)?|chiave (?:api|segreta)|wachtwoord|"
    r"sleutel|senha|palavra[- ]passe|chave (?:api|secreta)|pin(?:[ -]?code)?|codice segreto"
)
_NAMED: Final = (
    rf"(?i)(?:^|[^a-z])(?:{_NAMES})[\"'`]{{0,2}}(?: {{0,2}}(?:is|est|ist|es|è|e|é|lautet|wird|war|was|now|now is|set to|to))?[ \t]{{0,4}}"
    r"(?::=|=>|=|:|->|\bis\b|\best\b|\bist\b|\bes\b|[èé] |\blautet\b)[ \t]{0,4}"
)
_VALUE: Final = r"^[\"'`«»„“<]?([^\s\"'`«»„“”<>,;]{4,200})"
_HEADER: Final = r"(?i)\b(?:bearer|basic|token) ([A-Za-z0-9+/_.=~-]{16,1000})"
_SIGNED: Final = r"(?i)[?&](?:sig|signature|x-amz-signature|x-goog-signature|token|access_token|key|api_key|code)=([A-Za-z0-9%+/_.=~-]{16,500})"
_WORDS_FOR_IT: Final = ("password", "passwd", "pass", "pwd", "secret", "token", "key", "pw")
_HOLDS_PLACE: Final = ("$", "{", "%(", "os.", "env", "process.", "settings.", "config.", "self.", "get", "none", "null", "true", "false", "xxx", "***", "your", "[")  # fmt: skip


def rules() -> tuple[Rule, ...]:
    return (
        *(Rule("SECRET", rf"\b({pattern})", judge=by_itself(1.0)) for pattern in _PREFIXED),
        Rule("SECRET", _OURS, judge=_ours),
        Rule("SECRET", _KEY_BEGINS, judge=_private_key),
        Rule("SECRET", _IN_URL, judge=_password),
        Rule("SECRET", _VALUE, judge=_named, after=_NAMED, reach_bytes=210),
        Rule("SECRET", _HEADER, judge=_named),
        Rule("SECRET", _SIGNED, judge=_named),
        Rule(
            "SECRET", r"(?i)aws.{0,30}?[^A-Za-z0-9+/]([A-Za-z0-9+/]{40})(?:[^A-Za-z0-9+/=]|$)", judge=_named
        ),
    )


def _ours(data: bytes, start: int, end: int) -> tuple[int, int, float]:
    """A mistyped key is still most of a key."""
    return start, end, 1.0 if well_formed(data[start:end].decode()) else 0.9


def _private_key(data: bytes, start: int, end: int) -> tuple[int, int, float]:
    """To the end of the block; where it has none, as far as a key may go without a blank line."""
    limit = min(len(data), start + _KEY_BYTES)
    close = data.find(b"-----", end, limit)
    if close >= 0 and data.startswith(b"-----END ", close):
        line_end = data.find(b"-----", close + 9, close + 80)
        return start, line_end + 5 if line_end >= 0 else close, 1.0
    limit = close if close >= 0 else limit
    blank = data.find(b"\n\n", end, limit)
    return start, blank if blank >= 0 else limit, 1.0


def _password(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    value = data[start:end].decode("utf-8", "replace").lower()
    return (
        None
        if value in _WORDS_FOR_IT or value.startswith(_HOLDS_PLACE) or set(value) <= {"*", "x", "."}
        else (start, end, 0.95)
    )


def _named(data: bytes, start: int, end: int) -> tuple[int, int, float] | None:
    """What stands behind `password:` and is no word, no reference to a variable and no call."""
    value = data[start:end].decode("utf-8", "replace").rstrip(".:)]}\\")
    end = start + len(value.encode())
    if (
        len(value) < 4
        or value.lower().startswith(_HOLDS_PLACE)
        or set(value) <= {"*", "x", "X", ".", "-", "_"}
    ):
        return None
    if "(" in value or "://" in value:
        return None
    kinds = sum(
        (any(map(str.isdigit, value)), any(map(str.isalpha, value)), any(not c.isalnum() for c in value))
    )
    mixed = value.lower() != value and value.upper() != value and not value.istitle()
    if len(value) >= 6 and kinds >= 2 and not _is_name(value):
        return start, end, 0.8
    return (
        (start, end, 0.6) if (mixed and len(value) >= 12) or (value.isdigit() and len(value) <= 8) else None
    )


def _is_name(value: str) -> bool:
    """`user_name`, `max-tokens`, `a.b.c`: an identifier, made of words."""
    return value.replace("_", "").replace("-", "").replace(".", "").isalpha() and value in (
        value.lower(),
        value.upper(),
    )
