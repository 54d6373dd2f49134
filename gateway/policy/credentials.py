"""References to secrets in a policy: where they may stand, what is missing, what they resolve to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.policy import nodes
from gateway.policy.authorities import read_authorities
from gateway.policy.faults import Fault
from gateway.policy.later import is_later_dialect
from gateway.policy.models.address import checked_address, checked_proxy
from gateway.policy.models.azure import base_of, checked_resource
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.headers import checked_value
from gateway.policy.models.providers import ProviderEntry
from gateway.policy.nodes import Path, find, walk
from gateway.policy.secrets import Malformed, Missing, Secret, Unusable, check, references, resolve
from gateway.policy.via import Via, via_of

Secrets = Literal["read", "find", "skip"]
"""What happens to references: they become values; it is looked whether they lead anywhere; nothing."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one provider."""

    base_url: str | None
    credentials: tuple[Secret, ...] = field(repr=False)
    headers: tuple[tuple[str, Secret], ...] = field(default=(), repr=False)
    via: Via | None = None


@dataclass(slots=True)
class Reachable:
    """Providers by name: those that are on, those that are off with the reason, and faults."""

    on: dict[str, Access] = field(default_factory=dict)
    off: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def misplaced(root: nodes.Mapping) -> Iterator[Fault]:
    """References that are badly formed, or that stand where none is resolved."""
    for path, node in walk(root):
        if isinstance(node, nodes.Mapping):
            for name, entry in node.entries.items():
                if "${" in name:
                    yield Fault.at(entry.key, "a name can't hold a ${…} reference: write the name")
        if not isinstance(node, nodes.Scalar) or "${" not in node.text:
            continue
        if not _may_hold_secret(path):
            yield Fault.at(
                node.mark,
                "a ${…} reference is resolved only in a provider's `credentials`, `headers`, `base_url` and `proxy`, "
                "and in a webhook: write the value",
            )
            continue
        try:
            references(node.text)
        except Malformed as error:
            yield Fault.at(node.mark, str(error))


def _may_hold_secret(path: Path) -> bool:
    match path:
        case ("providers", _, "base_url" | "proxy"):
            return True
        case ("providers", _, "credentials", int()) | ("providers", _, "headers", str()):
            return True
        case ("alerts", "webhooks", int(), "url" | "secret") | ("guardrails", int(), "url"):
            return True
    return False


def reach(
    document: PolicyDocument, root: nodes.Mapping, environment: Mapping[str, str], secrets: Secrets
) -> Reachable:
    """What is written out is judged whatever `secrets` says; what a reference stands for, only when it is read."""
    found = Reachable()
    for name, provider in document.providers.items():
        if is_later_dialect(provider.dialect):
            found.off[name] = f"this version can't call a provider of dialect {provider.dialect} yet"
            continue
        attempt = _Attempt(environment, secrets)
        access = attempt.access(provider)
        if attempt.missing and provider.optional:
            found.off[name] = "; ".join(dict.fromkeys(attempt.missing.values()))
        elif not attempt.missing and not attempt.unusable:
            found.on[name] = access
        else:
            advice = f"provider `{name}` needs it; set it, or say `optional: true`"
            wrong = {path: f"{reason}: {advice}" for path, reason in attempt.missing.items()}
            for path, message in (wrong | attempt.unusable).items():
                node, _, _ = find(root, ("providers", name, *path))
                found.faults.append(Fault.at(node.mark, message))
    return found


@dataclass(slots=True)
class _Attempt:
    """To reach one provider. `missing` and `unusable` say why not, by path below the provider."""

    environment: Mapping[str, str]
    secrets: Secrets
    missing: dict[Path, str] = field(default_factory=dict)
    unusable: dict[Path, str] = field(default_factory=dict)

    def access(self, provider: ProviderEntry) -> Access:
        credentials = [
            Secret(value)
            for index, text in enumerate(provider.credentials)
            if (value := self._value(("credentials", index), text, _sendable)) is not None
        ]
        headers = [
            (name.lower(), Secret(value))
            for name, text in provider.headers.items()
            if (value := self._value(("headers", name), text, checked_value)) is not None
        ]
        return Access(self._base_url(provider), tuple(credentials), tuple(headers), self._via(provider))

    def _base_url(self, provider: ProviderEntry) -> str | None:
        if provider.base_url is None:
            return None
        if provider.dialect != "azure":
            return self._value(("base_url",), provider.base_url, checked_address)
        resource = self._value(("base_url",), provider.base_url, checked_resource)
        return None if resource is None else base_of(resource, provider.api_version)

    def _via(self, provider: ProviderEntry) -> Via | None:
        proxy = None
        if provider.proxy is not None:
            proxy = self._value(("proxy",), provider.proxy, _proxy)
        if proxy is not None and "${" in proxy and self.secrets != "read":
            proxy = None  # nobody is called with this policy
        authorities = None
        if provider.ca_file is not None and self.secrets != "skip":
            authorities = self._authorities(provider.ca_file)
        return via_of(proxy, authorities)

    def _authorities(self, path: str) -> str | None:
        try:
            return read_authorities(path, self.environment)
        except Missing as error:
            self.missing[("ca_file",)] = str(error)
        except Unusable as error:
            self.unusable[("ca_file",)] = str(error)
        return None

    def _value(self, path: Path, text: str, judge: Callable[[str], str]) -> str | None:
        try:
            if self.secrets == "read" or "${" not in text:
                return judge(resolve(text, self.environment))
            if self.secrets == "find":
                check(text, self.environment)
        except Malformed:
            return None  # `misplaced` reports it where it stands
        except Missing as error:
            self.missing[path] = str(error)
            return None
        except ValueError as error:
            whose = f" of {text}" if text.startswith("${") and text.endswith("}") else ""
            self.unusable[path] = f"the value{whose} can't be used: {error}"
            return None
        return text


def _proxy(text: str) -> str:
    checked_proxy(text)
    return text


def _sendable(value: str) -> str:
    """A credential goes into a header: visible ASCII, nothing else."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise Unusable("expected a key without spaces, line ends and accents")
    return value
