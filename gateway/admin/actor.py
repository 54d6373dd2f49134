"""Who administers, and how that was proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Proof = Literal["os", "key", "jwt", "admin_key"]
"""`os`: whoever can open the database and the secret; `admin_key`: GATEWAY_ADMIN_KEY."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. `user` is a name as the proof gives it, no pseudonym: the operating system's, the
    key's, the token's. `key` is the id of the key, of a token its identity provider. `network` is the /24 or
    /48 that is kept of an address; `address` is judged, never kept.

    `team` and `roles` are as the credential names them: what they are worth, the policy says at each act.
    """

    proof: Proof
    user: str | None = None
    key: str | None = None
    team: str | None = None
    roles: tuple[str, ...] = ()
    network: str | None = None
    address: str | None = None
    sudo_user: str | None = None
    """Whom sudo says it was: a claim."""
    key_networks: tuple[str, ...] = ()
    """Where its key may be used from; none: anywhere."""

    @property
    def may_all(self) -> bool:
        """Nothing in the gateway could keep them from anything: they hold its database, or its master key."""
        return self.proof in ("os", "admin_key")
