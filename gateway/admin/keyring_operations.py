"""The keyring in the admin API."""

from __future__ import annotations

from gateway.admin.keyring_bodies import NewRingKey, Ring, RingRotated
from gateway.admin.operations import Operation

KEYRING_OPERATIONS = (
    Operation(
        name="keyring.list",
        method="GET",
        path="/keyring",
        permission="system:keyring",
        summary="The keys that wrap and sign, oldest first; of those that sign the public half.",
        told=Ring,
        do=lambda to, actor, given: to.keyring.list(actor),
    ),
    Operation(
        name="keyring.rotate",
        method="POST",
        path="/keyring/rotate",
        permission="system:keyring",
        summary="Use a new key from now on. What is under the one before stays readable, what it signed provable.",
        body=NewRingKey,
        told=RingRotated,
        status=201,
        act="keyring.rotate",
        do=lambda to, actor, given: to.keyring.rotate(actor, given.body),
    ),
)
