"""All that has to hold between the parts of a policy."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping
from gateway.policy.rules.experiments import check_experiments
from gateway.policy.rules.guardrails import check_guardrails
from gateway.policy.rules.matches import check_matches
from gateway.policy.rules.privacy import check_privacy
from gateway.policy.rules.prompts import check_prompts
from gateway.policy.rules.targets import check_targets
from gateway.policy.rules.unique import check_names
from gateway.policy.rules.use_cases import check_use_cases


def check_rules(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """Errors. Names are looked up among all that are declared, those with faults of their own included."""
    yield from check_names(document, root)
    yield from check_matches(document, root)
    yield from check_use_cases(document, root)
    yield from check_privacy(document, root)
    yield from check_guardrails(document, root)
    yield from check_targets(document, root)
    yield from check_experiments(document, root)
    yield from check_prompts(document, root)
