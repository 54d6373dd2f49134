"""Addresses and secrets of those that the gateway tells or asks on its own errands: webhooks, judges of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gateway.policy import nodes
from gateway.policy.credentials import Secrets
from gateway.policy.dangling import fault_at
from gateway.policy.faults import Fault
from gateway.policy.models.address import checked_address, checked_endpoint
from gateway.policy.models.alerts import checked_secret
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Path
from gateway.policy.secrets import Malformed, check, resolve


def check_endpoints(
    document: PolicyDocument, root: nodes.Mapping, environment: Mapping[str, str], secrets: Secrets
) -> Iterator[Fault]:
    """A fault for each reference that leads nowhere, or to what is no address. What is written out was judged
    by its model."""
    for path, text, judge in _held(document):
        try:
            if secrets == "read":
                judge(resolve(text, environment))
            elif secrets == "find":
                check(text, environment)
        except Malformed:
            continue  # reported where it stands
        except ValueError as error:
            yield fault_at(root, path, str(error))


def _held(document: PolicyDocument) -> Iterator[tuple[Path, str, Callable[[str], str]]]:
    for index, webhook in enumerate(document.alerts.webhooks):
        yield ("alerts", "webhooks", index, "url"), webhook.url, checked_endpoint
        if webhook.secret is not None:
            yield ("alerts", "webhooks", index, "secret"), webhook.secret, checked_secret
    for index, guardrail in enumerate(document.guardrails):
        if guardrail.url is not None:
            yield ("guardrails", index, "url"), guardrail.url, checked_address
