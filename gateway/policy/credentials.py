"""References to secrets in a policy: where they may stand, what is missing, what they resolve to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.policy import nodes
from gateway.policy.faults import Fault
from gateway.policy.models.address import BadAddress, checked_address
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.providers import ProviderEntry
from gateway.policy.nodes import Path, find, walk
from gateway.policy.secrets import Malformed, Missing, Secret, check, references, resolve


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one provider."""

    base_url: str | None
    credentials: tuple[Secret, ...] = field(repr=False)


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
                "a ${…} reference is resolved only in a provider's `credentials` and `base_url`: write the value",
            )
            continue
        try:
            references(node.text)
        except Malformed as error:
            yield Fault.at(node.mark, str(error))


def _may_hold_secret(path: Path) -> bool:
    match path:
        case ("providers", _, "base_url") | ("providers", _, "credentials", int()):
            return True
    return False


def reach(
    document: PolicyDocument, root: nodes.Mapping, environment: Mapping[str, str], resolve_secrets: bool
) -> Reachable:
    """`resolve_secrets` False: looks only whether variables and files are there, at no value."""
    found = Reachable()
    for name, provider in document.providers.items():
        missing = list[tuple[Path, str]]()
        try:
            access = _access(name, provider, environment, resolve_secrets, missing)
        except BadAddress as error:
            path = ("providers", name, "base_url")
            found.faults.append(Fault.at(find(root, path)[0].mark, f"providers.{name}.base_url: {error}"))
            continue
        if not missing:
            found.on[name] = access
        elif provider.optional:
            found.off[name] = "; ".join(dict.fromkeys(reason for _, reason in missing))
        else:
            found.faults.extend(
                Fault.at(
                    find(root, path)[0].mark,
                    f"{reason}: provider `{name}` needs it; set it, or say `optional: true`",
                )
                for path, reason in missing
            )
    return found


def _access(
    name: str,
    provider: ProviderEntry,
    environment: Mapping[str, str],
    resolve_secrets: bool,
    missing: list[tuple[Path, str]],
) -> Access:
    credentials = list[Secret]()
    base_url: str | None = None
    for index, text in enumerate(provider.credentials):
        try:
            credentials.append(Secret(_sendable(text, _value(text, environment, resolve_secrets))))
        except Missing as error:
            missing.append((("providers", name, "credentials", index), str(error)))
        except Malformed:
            continue  # `misplaced` reports it where it stands
    if provider.base_url is not None:
        try:
            value = _value(provider.base_url, environment, resolve_secrets)
            base_url = checked_address(value) if resolve_secrets or "${" not in value else value
        except Missing as error:
            missing.append((("providers", name, "base_url"), str(error)))
        except Malformed:
            return Access(None, ())
    return Access(base_url, tuple(credentials))


def _value(text: str, environment: Mapping[str, str], resolve_secrets: bool) -> str:
    if resolve_secrets:
        return resolve(text, environment)
    check(text, environment)
    return text


def _sendable(reference: str, value: str) -> str:
    """A credential goes into a header: visible ASCII, nothing else."""
    if not value.isascii() or not value.isprintable() or " " in value:
        named = f" of {reference}" if reference.startswith("${") and reference.endswith("}") else ""
        raise Missing(
            f"the value{named} holds a character that no key has (a space, a line end or an accent)"
        )
    return value
