"""What a text at some place of a policy has to look like, in words."""

from __future__ import annotations

from typing import Final

from gateway.policy.nodes import Path

_PERSONAL: Final = "words without * , / or :, at most 100 characters"
_MODEL: Final = "a model's name, without spaces, commas, quotes or brackets, at most 200 characters"
_TARGET: Final = "provider/model, such as openai/gpt-5-mini"

_RULES: Final[tuple[tuple[str, str], ...]] = (
    ("teams.?.default_model", _MODEL),
    ("teams.?", _PERSONAL),
    ("teams.?.parent", _PERSONAL),
    ("teams.?.roles.*", _PERSONAL),
    ("roles.?", _PERSONAL),
    ("keys.?.roles.*", _PERSONAL),
    ("keys.?.team", _PERSONAL),
    ("providers.?.ca_file", "the absolute path of a file, such as /etc/ssl/internal-ca.pem"),
    ("keys.?", "letters, digits, . _ or -, at most 50 characters"),
    (
        "keys.?.hash",
        "what `gateway keys hash` prints: sha256: and 64 hexadecimal digits; the key itself never stands here",
    ),
    ("keys.?.user", "text in one line, at most 256 characters"),
    ("keys.?.use_case", "text in one line, at most 256 characters"),
    ("models.?.targets.?.to", _TARGET),
    ("models.*", _MODEL),
    ("roles.?.models.*", _MODEL),
    ("identity_providers.?.claims.?", "the name of a claim, or a path such as realm_access.roles"),
    ("identity_providers.?.issuer", "text without spaces and accents"),
    ("identity_providers.?.audience", "text without spaces and accents"),
    ("identity_providers.?.role_map.?", "a role's name"),
    ("roles.*", "a name or a glob without spaces"),
    ("use_cases.?.owner", _PERSONAL),
    ("experiments.?.arms.?.to", _TARGET),
    ("shadows.?.to", _TARGET),
    ("budgets.?.on_exceeded.*", _MODEL),
    ("prompts.?.versions.?.model", _MODEL),
    ("guardrails.?.model", _MODEL),
    ("monitors.?.model", _MODEL),
)
"""The first that fits counts. ? is one step, whichever; * at the end is any steps, also none."""

_OTHERWISE: Final = "letters, digits, . _ or -, at most 64 characters"


def name_rule(path: Path) -> str:
    """As in `expected letters, digits …`."""
    return next((rule for pattern, rule in _RULES if _fits(pattern.split("."), path)), _OTHERWISE)


def _fits(pattern: list[str], path: Path) -> bool:
    if pattern[-1] == "*":
        pattern, path = pattern[:-1], path[: len(pattern) - 1]
    return len(pattern) == len(path) and all(
        want in ("?", step) for want, step in zip(pattern, path, strict=True)
    )
