"""What is looked for, in which languages, from which certainty on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from gateway.policy.models.entities import ON_BY_DEFAULT, entity
from gateway.policy.protection import Protection
from gateway.privacy.custom import NO_CUSTOM, Custom, custom_of
from gateway.privacy.rules import ALL_LANGUAGES


class Profile(NamedTuple):
    """`entities` are our names. Nothing but what stands here is ever looked for."""

    entities: frozenset[str] = frozenset(ON_BY_DEFAULT)
    languages: frozenset[str] = frozenset(ALL_LANGUAGES)
    threshold: float = 0.5
    custom: Custom = NO_CUSTOM
    """What administrators added."""
    models: tuple[tuple[str, str], ...] = ()
    """Of languages the installed models that find names too: (("en", "en_core_web_sm"),). Empty: none is asked."""

    def fingerprint(self) -> bytes:
        """Two profiles that find the same have the same."""
        models = (f"{language} {model}" for language, model in sorted(self.models))
        said = (*sorted(self.entities), "", *sorted(self.languages), repr(self.threshold), *models)
        return blake2b("\n".join(said).encode() + self.custom.fingerprint, digest_size=16).digest()


@lru_cache(maxsize=1024)
def looked_for(protection: Protection) -> Profile:
    """What must be found for it. It looks for something."""
    languages = protection.languages
    return Profile(
        protection.entities,
        frozenset(ALL_LANGUAGES) if languages is None else languages,
        custom=custom_of(protection.recognizers),
        models=protection.models,
    )


def profile_of(
    entities: Iterable[str] | None = None, languages: Iterable[str] | None = None, threshold: float = 0.5
) -> Profile:
    """A profile by names, Presidio's too; absent: all that are on by default. ValueError says what was expected."""
    named = frozenset(map(entity, entities)) if entities is not None else frozenset(ON_BY_DEFAULT)
    spoken = frozenset(languages) if languages is not None else frozenset(ALL_LANGUAGES)
    if not spoken <= frozenset(ALL_LANGUAGES) or not spoken:
        raise ValueError(f"expected languages out of {', '.join(ALL_LANGUAGES)}")
    return Profile(named, spoken, threshold)
