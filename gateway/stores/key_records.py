"""What a database holds of gateway keys and of those who use them: records, and what is asked of a store.

As in gateway.stores.interfaces every method blocks and raises StoreUnavailable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A gateway key, without its secret. Times in milliseconds since 1970.

    `previous_hash` is of the secret that `hash` took the place of; it is good until `previous_until`.
    `replaced_at` is set on the record that the replaced secret leads to (`superseded`). `networks` are
    in CIDR; none: from anywhere. `last_used_at` is only as new as what was written down.
    """

    id: str
    name: str
    hash: bytes
    hint: str
    roles: tuple[str, ...]
    team: str | None
    user: str | None
    use_case: str | None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    networks: tuple[str, ...] = ()
    previous_hash: bytes | None = None
    previous_until: int | None = None
    replaced_at: int | None = None
    last_used_at: int | None = field(default=None, compare=False)
    ends_at: int | None = field(init=False, repr=False, compare=False)
    """From when on it is good no more, whatever the reason; None: good for ever."""

    def __post_init__(self) -> None:
        ends = [at for at in (self.expires_at, self.revoked_at, self.replaced_at) if at is not None]
        object.__setattr__(self, "ends_at", min(ends, default=None))

    @property
    def superseded(self) -> KeyRecord | None:
        """The same key as the secret proves it that was replaced last; None if none was."""
        if self.previous_hash is None:
            return None
        return replace(self, hash=self.previous_hash, replaced_at=self.previous_until)


class UserState(NamedTuple):
    """`disabled_at` None: enabled again."""

    name: str
    disabled_at: int | None


class KeyChanges(NamedTuple):
    keys: Sequence[KeyRecord]
    users: Sequence[UserState]
    cursor: int


class Keys(Protocol):
    def add(self, key: KeyRecord) -> None:
        """DuplicateKey if its id or hash is taken."""
        ...

    def list(self) -> Sequence[KeyRecord]:
        """Oldest first, revoked ones too."""
        ...

    def rotate(
        self, key_id: str, *, new_hash: bytes, hint: str, expires_at: int | None, previous_until: int
    ) -> KeyRecord | None:
        """Put a new secret in place of the old one, which is good until `previous_until` or until the key
        would have expired. One that was replaced before is forgotten. None: no such key, or revoked."""
        ...

    def revoke(self, key_id: str, at: int) -> bool:
        """False if there is no such key. Revoking twice keeps the first time."""
        ...

    def changed_since(self, cursor: int) -> KeyChanges:
        """Keys and users that changed after `cursor` (0: all), by whatever process, and the next cursor.

        It is lower than `cursor` where the database was set back: then ask for all.
        """
        ...

    def count(self) -> int: ...

    def count_of(self, user: str) -> int:
        """The user's keys that are not revoked."""
        ...

    def find(self, key_id: str) -> KeyRecord | None: ...

    def page(
        self, *, after: tuple[int, str] | None, teams: Sequence[str] | None, limit: int
    ) -> Sequence[KeyRecord]:
        """As in `list`, of these teams only (None: all), from the one behind `after` on: its `created_at`, its id."""
        ...


class Users(Protocol):
    """People whose credentials are refused, all of them, by the name that keys and tokens give."""

    def disable(self, name: str, at: int) -> UserState:
        """Disabling twice keeps the first time."""
        ...

    def enable(self, name: str) -> bool:
        """False if the user was not disabled."""
        ...

    def disabled(self) -> Mapping[str, int]:
        """When each was disabled."""
        ...


class KeyUses(Protocol):
    """When each key was used last, by its id: keys of the policy included."""

    def write(self, uses: Mapping[str, int]) -> None:
        """An earlier time than the one that is there changes nothing."""
        ...

    def read(self) -> Mapping[str, int]: ...
