"""An explanation, for people."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.rehearsal.explain import Explanation, RoleWord, TargetWord
from gateway.rehearsal.guardrails import GuardrailWord


def show(found: Explanation) -> None:
    console = Console()
    if found.decision == "allow":
        console.print(
            f"[bold green]allowed[/] by the role '{escape(found.role or '')}', policy {found.revision}"
        )
    else:
        console.print(f"[bold red]refused[/] with {found.status} {found.code}: {escape(found.message or '')}")
        console.print(
            f"  by the rule '{escape(found.rule or '')}' of the stage {found.stage}, policy {found.revision}"
        )
    for role in found.roles:
        console.print(_of_role(role))
    if found.max_output_tokens is not None:
        console.print(f"output: at most {found.max_output_tokens} tokens are asked for")
    if found.use_case is not None:
        console.print(f"use case: {escape(found.use_case)}")
    if found.targets:
        console.print(_table(found))
    for guardrail in found.guardrails:
        console.print(_of_guardrail(guardrail))
    if found.entries:
        console.print(_entries(found))


def _of_role(word: RoleWord) -> str:
    return (
        f"role {escape(word.role)}: allows it"
        if word.allows
        else f"role {escape(word.role)}: {escape(word.why or 'no')}"
    )


def _of_guardrail(word: GuardrailWord) -> str:
    what = "the request" if word.apply_to == "input" else "the answer"
    where = f" of {escape(', '.join(word.targets))}" if word.targets else ""
    return f"guardrail {escape(word.name)}: reads {what}{where} ({word.kind}: {word.action})"


def _table(found: Explanation) -> Table:
    private = any(word.privacy for word in found.targets)
    table = Table(
        "",
        "target",
        "region",
        "USD per million in / out",
        *(("privacy",) if private else ()),
        "",
        title=f"model {escape(found.asked_model or '')}",
    )
    for word in found.targets:
        place = "-" if word.place is None else f"{word.place}."
        rules = (escape(" + ".join(word.privacy)),) if private else ()
        table.add_row(
            place, escape(word.target), word.region or "", _price(word), *rules, escape(word.why or "")
        )
    return table


def _price(word: TargetWord) -> str:
    if word.input_usd is None:
        return "unknown" if word.place is not None else ""
    return f"{word.input_usd} / {word.output_usd}"


def _entries(found: Explanation) -> Table:
    table = Table(
        "limit or budget", "counts for", "amount", "left", "begins anew", "", title="asked before it is sent"
    )
    for word in found.entries:
        where = "" if word.target is None else f"if it goes to {escape(word.target)}"
        whom = escape(" ".join(word.scope)) or "all calls"
        table.add_row(escape(word.entry), whom, word.amount, word.left or "?", word.resets_at or "", where)
    return table
