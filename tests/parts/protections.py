"""Policies with privacy, in a few words."""

from __future__ import annotations

from typing import Any

from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.protection import Privacy, privacy_of


def privacy(
    default: dict[str, Any] | None = None, *rules: tuple[str, dict[str, Any], dict[str, Any]]
) -> Privacy:
    """`default` is a profile's text; each of `rules` is a name, a match and a profile."""
    profiles = {name: profile for name, _, profile in rules}
    entry: dict[str, Any] = {
        "profiles": profiles | ({} if default is None else {"usual": default}),
        "rules": tuple({"name": name, "match": match, "profile": name} for name, match, _ in rules),
    }
    if default is not None:
        entry["default"] = "usual"
    found = privacy_of(PrivacyEntry.model_validate(entry))
    assert found is not None
    return found
