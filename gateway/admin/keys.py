"""Keys: make, list, rotate, revoke."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, conflict, invalid, missing
from gateway.admin.key_bodies import Key, KeyPage, KeySecret, NewKey, Rotation, of_declared, of_record
from gateway.admin.pages import after, cursor, number
from gateway.admin.rights import Reach, forbidden, reaches, require_no_more_than_own
from gateway.admin.words import lifetime_ms, overlap_ms, time_text
from gateway.installation import new_key, rotated_key
from gateway.policy.models.permissions import Permission
from gateway.policy.snapshot import Policy
from gateway.stores.key_records import KeyRecord

_OF_POLICY = "policy:"


@dataclass(frozen=True, slots=True)
class KeyAdministration:
    """Blocks."""

    desk: Desk

    def create(self, actor: Actor, wanted: NewKey) -> KeySecret:
        """Refuses with 403 what goes beyond the actor's rights, with 400 roles and teams that aren't declared."""
        desk, lasts_ms = self.desk, lifetime_ms(wanted.expires)
        about = wanted.model_dump(mode="json", exclude={"name"}, exclude_none=True)
        with desk.act(actor, "keys.create", about, team=wanted.team) as result:
            where = self._may(actor, "keys:create", wanted.team)
            policy = desk.policies()
            _require_declared(policy, wanted)
            require_no_more_than_own(
                policy,
                actor,
                where,
                desk.now_ms(),
                roles=wanted.roles,
                team=wanted.team,
                networks=wanted.networks,
            )
            key, record = new_key(
                desk.installation,
                name=wanted.name,
                roles=wanted.roles,
                team=wanted.team,
                user=wanted.user,
                use_case=wanted.use_case,
                networks=wanted.networks,
                lifetime_ms=lasts_ms,
                entropy=secrets.token_bytes(32),
            )
            result["key"] = record.id
        return KeySecret(id=record.id, key=key, expires_at=time_text(record.expires_at))

    def page(self, actor: Actor, *, cursor_text: str | None = None, limit: int = 100) -> KeyPage:
        """Keys of the database, oldest first, then those of the policy; only those that the actor may see."""
        desk, where = self.desk, self.desk.reach(actor, "keys:read")
        place = after(cursor_text, 2)
        now_ms, disabled = desk.now_ms(), desk.installation.users.disabled()
        found: list[Key] = []
        if place is None or place[0] != _OF_POLICY:
            position = None if place is None else (number(place[0]), place[1])
            teams = None if where is None else tuple(sorted(where))
            records = desk.installation.keys.page(after=position, teams=teams, limit=limit + 1)
            found = [of_record(record, now_ms, disabled) for record in records[:limit]]
            if len(records) > limit:
                last = records[limit - 1]
                return KeyPage(keys=found, next=cursor(str(last.created_at), last.id))
            place = None
        declared = self._declared(where, place[1] if place else "")
        left = limit - len(found)
        if left == 0 and declared:
            return KeyPage(keys=found, next=cursor(_OF_POLICY, ""))
        found += declared[:left]
        return KeyPage(keys=found, next=cursor(_OF_POLICY, found[-1].id) if len(declared) > left else None)

    def show(self, actor: Actor, key_id: str) -> Key:
        """Refuses with 404 one that isn't there, or that the actor may not see."""
        desk, where = self.desk, self.desk.reach(actor, "keys:read")
        if key_id.startswith(_OF_POLICY):
            found = next((key for key in self._declared(where, "") if key.id == key_id), None)
            if found is None:
                raise missing(f"no key has the id {key_id}")
            return found
        record = self._seen(where, key_id)
        return of_record(record, desk.now_ms(), desk.installation.users.disabled())

    def rotate(self, actor: Actor, key_id: str, wanted: Rotation) -> KeySecret:
        """A new secret for a key. Whoever gets it can do what the key can, so it is judged as if it were made;
        their own key anybody may rotate who may rotate keys."""
        desk = self.desk
        overlaps_ms, lasts_ms = overlap_ms(wanted.overlap), lifetime_ms(wanted.expires)
        known = desk.installation.keys.find(key_id)
        about = {"key": key_id} | wanted.model_dump(mode="json")
        with desk.act(actor, "keys.rotate", about, team=None if known is None else known.team) as result:
            where = desk.reach(actor, "keys:rotate")
            record = self._seen(where, key_id)
            if actor.proof != "key" or actor.key != key_id:
                self._require_no_more(actor, where, record)
            made = rotated_key(
                desk.installation,
                key_id,
                overlap_ms=overlaps_ms,
                lifetime_ms=lasts_ms,
                entropy=secrets.token_bytes(32),
            )
            if made is None:
                raise conflict(f"the key {key_id} was revoked", "key_revoked")
            key, now = made
            result["key"] = key_id
        return KeySecret(
            id=now.id,
            key=key,
            expires_at=time_text(now.expires_at),
            replaced_until=time_text(now.previous_until),
        )

    def revoke(self, actor: Actor, key_id: str) -> Key:
        """Running gateways refuse it, and end its running calls, within two seconds."""
        desk = self.desk
        known = desk.installation.keys.find(key_id)
        with desk.act(actor, "keys.revoke", {"key": key_id}, team=None if known is None else known.team):
            self._seen(desk.reach(actor, "keys:revoke"), key_id)
            desk.installation.keys.revoke(key_id, desk.now_ms())
            record = desk.installation.keys.find(key_id)
            assert record is not None  # keys are never deleted
        return of_record(record, desk.now_ms(), desk.installation.users.disabled())

    def _may(self, actor: Actor, wanted: Permission, team: str | None) -> Reach:
        where = self.desk.reach(actor, wanted)
        if not reaches(where, team):
            raise forbidden(wanted, f"your roles permit '{wanted}' only within your own team")
        return where

    def _seen(self, where: Reach, key_id: str) -> KeyRecord:
        if key_id.startswith(_OF_POLICY):
            raise conflict(
                "a key of the policy is changed, or revoked by removing it, there", "key_of_policy"
            )
        record = self.desk.installation.keys.find(key_id)
        if record is None or not reaches(where, record.team):
            raise missing(f"no key has the id {key_id}")
        return record

    def _require_no_more(self, actor: Actor, where: Reach, record: KeyRecord) -> None:
        if not actor.may_all:
            require_no_more_than_own(
                self.desk.policies(),
                actor,
                where,
                self.desk.now_ms(),
                roles=record.roles,
                team=record.team,
                networks=record.networks,
            )

    def _declared(self, where: Reach, after_id: str) -> list[Key]:
        desk = self.desk
        installation, now_ms = desk.installation, desk.now_ms()
        uses, disabled = installation.uses.read(), installation.users.disabled()
        return [
            of_declared(key, uses.get(key.id), now_ms, disabled)
            for key in sorted(desk.policies().keys.values(), key=lambda one: one.id)
            if key.id > after_id and reaches(where, key.team)
        ]


def _require_declared(policy: Policy, wanted: NewKey) -> None:
    for name in wanted.roles:
        if name not in policy.roles:
            raise invalid(f"the policy has no role '{name}'; it has {_names(policy.roles)}", "roles")
    if wanted.team is not None and wanted.team not in policy.teams:
        raise invalid(f"the policy has no team '{wanted.team}'; it has {_names(policy.teams)}", "team")


def _names(known: object) -> str:
    return ", ".join(f"'{name}'" for name in sorted(known)) or "none"  # type: ignore[call-overload]
