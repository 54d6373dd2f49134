"""From what was declared to what is in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from ipaddress import ip_network

from gateway.policy import nodes
from gateway.policy.auditing import audit_in_force
from gateway.policy.credentials import Access, Reachable
from gateway.policy.declared_keys import declared_keys
from gateway.policy.entries import entries
from gateway.policy.faults import Fault
from gateway.policy.guardrails import Guardrail
from gateway.policy.hierarchy import roles_in_force, teams_in_force
from gateway.policy.identities import IdentityProvider
from gateway.policy.later import NotYet
from gateway.policy.models.apis import offered
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.identity_providers import IdentityProviderEntry
from gateway.policy.models.models import ModelEntry, TargetEntry
from gateway.policy.models.prices import RatesEntry
from gateway.policy.models.providers import ProviderEntry
from gateway.policy.price import FREE, Price
from gateway.policy.protection import privacy_of
from gateway.policy.snapshot import Model, Policy, Provider, Target, Timeouts
from gateway.policy.webhooks import Webhook

REVISION_CHARS = 12


def build(
    document: PolicyDocument,
    reachable: Reachable,
    revision: str,
    *,
    not_yet: tuple[NotYet, ...] = (),
    warnings: tuple[Fault, ...] = (),
    webhooks: tuple[Webhook, ...] = (),
    guardrails: tuple[Guardrail, ...] = (),
) -> Policy:
    """The snapshot of a document without faults."""
    providers = {
        name: _provider(name, document.providers[name], access) for name, access in reachable.on.items()
    }
    return Policy(
        revision=revision,
        teams=teams_in_force(document.teams, document.roles),
        providers=providers,
        models={name: _model(name, entry, providers) for name, entry in document.models.items()},
        roles=roles_in_force(document.roles, document.use_cases),
        identity_providers={
            name: _identity_provider(name, entry) for name, entry in document.identity_providers.items()
        },
        egress=tuple(ip_network(text) for text in document.egress.allow),
        keys=declared_keys(document.keys),
        audit=audit_in_force(document.audit),
        use_cases=document.use_cases,
        entries=entries(document.limits, document.budgets),
        privacy=privacy_of(document.privacy),
        webhooks=webhooks,
        guardrails=guardrails,
        off=reachable.off,
        not_yet=not_yet,
        warnings=warnings,
    )


def revision_of(root: nodes.Mapping) -> str:
    """Names what was declared: the same whatever the files, the order of keys and the secrets' values."""
    canonical = json.dumps(_canonical(root, ()), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:REVISION_CHARS]


def _canonical(node: nodes.Node, path: nodes.Path) -> object:
    match node:
        case nodes.Mapping(entries):
            return {name: _canonical(entry.value, (*path, name)) for name, entry in entries.items()}
        case nodes.Sequence(items):
            return [_canonical(item, (*path, index)) for index, item in enumerate(items)]
        case nodes.Scalar(value=Decimal() as number):
            return {"number": str(number.normalize())}
        case nodes.Scalar(value=int() as number) if not isinstance(number, bool):
            return {"number": str(Decimal(number).normalize())}
        case nodes.Scalar(value=str() as text) if "credentials" in path and "${" not in text:
            return "literal"
        case nodes.Scalar(value=str() as text) if path[-1:] == ("proxy",) and "${" not in text:
            return text.rpartition("@")[2]
        case nodes.Scalar(value=value):
            return value
    return None


def _provider(name: str, entry: ProviderEntry, access: Access) -> Provider:
    return Provider(
        name=name,
        dialect=entry.dialect,
        base_url=access.base_url,
        credentials=access.credentials,
        region=entry.region,
        timeouts=Timeouts(
            connect_s=entry.timeouts.connect,
            first_byte_s=entry.timeouts.first_byte,
            idle_s=entry.timeouts.idle,
            total_s=entry.timeouts.total,
        ),
        free=entry.price == "free" or entry.dialect == "echo",
        apis=_apis(entry, access),
        headers=access.headers,
        via=access.via,
        processor=entry.processor,
    )


def _apis(entry: ProviderEntry, access: Access) -> frozenset[str]:
    if entry.apis is not None:
        return frozenset(entry.apis)
    return offered(entry.dialect, access.base_url, entry.api_version)


def _model(name: str, entry: ModelEntry, providers: Mapping[str, Provider]) -> Model:
    return Model(
        name=name,
        targets=tuple(
            _target(target, providers[target.provider])
            for target in entry.targets
            if target.provider in providers
        ),
        fallbacks=entry.fallbacks,
        retries=entry.retries,
        off=tuple(target.to for target in entry.targets if target.provider not in providers),
    )


def _target(entry: TargetEntry, provider: Provider) -> Target:
    return Target(
        name=entry.to,
        provider=provider,
        model=entry.model,
        weight=entry.weight,
        price=_price(entry, provider),
        context_window=entry.context_window,
        max_output=entry.max_output,
        hosted_tools=tuple(entry.hosted_tools.items()),
    )


def _price(entry: TargetEntry, provider: Provider) -> Price | None:
    """A target's own price outranks its provider's `free`."""
    if entry.price == "free" or (entry.price is None and provider.free):
        return FREE
    if entry.price is None:
        return None
    tiers = tuple([(tier, _rates(rates)) for tier, rates in entry.price.tiers.items()])
    return replace(_rates(entry.price), tiers=tiers)


def _rates(entry: RatesEntry) -> Price:
    return Price(**{rate: getattr(entry, rate) for rate in RatesEntry.model_fields})


def _identity_provider(name: str, entry: IdentityProviderEntry) -> IdentityProvider:
    return IdentityProvider(
        name=name,
        issuer=entry.issuer,
        audience=entry.audience,
        algorithms=entry.algorithms,
        roles_claim=entry.claims.roles,
        user_claim=entry.claims.user,
        team_claim=entry.claims.team,
        role_map=None if entry.role_map is None else dict(entry.role_map),
        jwks_uri=entry.jwks_uri,
        leeway_s=entry.leeway,
    )
