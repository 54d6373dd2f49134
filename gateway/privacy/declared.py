"""What a policy's profiles ask of detection."""

from __future__ import annotations

from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.profiles import own_kinds, resolved
from gateway.privacy.custom import custom_of
from gateway.privacy.profile import Profile
from gateway.privacy.rules import ALL_LANGUAGES


def profile_declared(privacy: PrivacyEntry, name: str) -> Profile:
    """What the profile of that name looks for: every kind that it does not `allow`."""
    whole = resolved(privacy.profiles, name, own_kinds(privacy))
    return Profile(
        entities=frozenset(kind for kind, action in whole.entities.items() if action != "allow"),
        languages=frozenset(ALL_LANGUAGES) if whole.languages is None else whole.languages,
        custom=custom_of(privacy.recognizers),
        models=tuple(sorted(whole.ner.items())),
    )
