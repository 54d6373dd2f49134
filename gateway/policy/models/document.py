"""The whole of a policy, as declared: one field per top-level key."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, field_validator

from gateway.policy.models.alerts import AlertsEntry
from gateway.policy.models.audit import AuditEntry
from gateway.policy.models.block import Block, PersonalName, PlainName
from gateway.policy.models.budgets import BudgetEntry
from gateway.policy.models.chains import ChainEntry
from gateway.policy.models.egress import EgressEntry
from gateway.policy.models.experiments import ExperimentEntry
from gateway.policy.models.guardrails import GuardrailEntry
from gateway.policy.models.identity_providers import IdentityProviderEntry
from gateway.policy.models.keys import KeyEntry, KeyName
from gateway.policy.models.limits import LimitEntry
from gateway.policy.models.models import ModelEntry, ModelName
from gateway.policy.models.monitors import MonitorEntry
from gateway.policy.models.privacy import PrivacyEntry
from gateway.policy.models.prompts import PromptEntry
from gateway.policy.models.providers import ProviderEntry
from gateway.policy.models.roles import RoleEntry
from gateway.policy.models.shadows import ShadowEntry
from gateway.policy.models.teams import TeamEntry
from gateway.policy.models.texts import RuleName
from gateway.policy.models.use_cases import UseCaseEntry


class PolicyDocument(Block):
    """A policy folder: every *.yaml directly under it, merged."""

    model_config = ConfigDict(title="Policy")

    gateway: Literal[1] = Field(default=1, description="The version of this language. Default 1.")
    teams: dict[PersonalName, TeamEntry] = Field(
        default_factory=dict, description="Teams by name: who shares a bill, a ceiling on roles, a residency."
    )
    providers: dict[PlainName, ProviderEntry] = Field(
        default_factory=dict, description="Providers by name: whom the gateway may call, and how."
    )
    models: dict[ModelName, ModelEntry] = Field(
        default_factory=dict,
        description="Models by the name that applications ask for; * in a name stands for any characters.",
    )
    roles: dict[PersonalName, RoleEntry] = Field(
        default_factory=dict, description="Roles by name: what the holder of a key may ask for."
    )
    identity_providers: dict[PlainName, IdentityProviderEntry] = Field(
        default_factory=dict, description="Issuers by name: whose tokens (JWT) are taken for credentials."
    )
    egress: EgressEntry = Field(
        default_factory=EgressEntry, description="Where the gateway may go on its own errands."
    )
    keys: dict[KeyName, KeyEntry] = Field(
        default_factory=dict, description="Gateway keys by name, each declared by its hash."
    )
    audit: AuditEntry = Field(default_factory=AuditEntry, description="How calls are recorded.")

    use_cases: dict[RuleName, UseCaseEntry] = Field(
        default_factory=dict, description="Use cases by name: what calls are for, and what counts as success."
    )
    privacy: PrivacyEntry = Field(
        default_factory=PrivacyEntry, description="What happens to personal data and secrets."
    )
    guardrails: tuple[GuardrailEntry, ...] = Field(
        default=(), description="Checks of what goes in and what comes out; all that match are made."
    )
    limits: tuple[LimitEntry, ...] = Field(
        default=(), description="How much in how short a time; every one that matches applies."
    )
    budgets: tuple[BudgetEntry, ...] = Field(
        default=(), description="How much money in which period; every one that matches applies."
    )
    experiments: tuple[ExperimentEntry, ...] = Field(
        default=(), description="Which of several ways is better; a call is in at most one."
    )
    shadows: tuple[ShadowEntry, ...] = Field(
        default=(), description="Copies of calls to another target, never in the caller's way."
    )
    prompts: dict[RuleName, PromptEntry] = Field(
        default_factory=dict, description="Managed prompts by name; or one file each under prompts/."
    )
    chains: dict[RuleName, ChainEntry] = Field(
        default_factory=dict, description="Chains by name: prompts one after the other, as one call."
    )
    monitors: tuple[MonitorEntry, ...] = Field(
        default=(), description="How good answers are, measured on a share of them."
    )
    alerts: AlertsEntry = Field(default_factory=AlertsEntry, description="Who is told of what.")

    @field_validator("gateway", mode="before")
    @classmethod
    def _is_a_whole_number(cls, value: object) -> object:
        """A Literal compares: to Python true and 1.0 are 1."""
        if type(value) is not int:
            raise ValueError("expected 1, the version of this language")
        return value
