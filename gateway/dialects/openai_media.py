"""What OpenAI's operations on images and sound have in common, in JSON and as forms.

Their cost is not bounded by what a request says (`unbounded`), and there is no field that caps it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.dialects.body import (
    Members,
    Names,
    flag,
    folded,
    joined,
    members,
    required_model,
    required_text,
    text,
)
from gateway.dialects.form_fields import form_flag, form_text, governed_fields
from gateway.dialects.interface import Asked, BadBody, Changes, ModelMissing
from gateway.dialects.kept import Held
from gateway.dialects.openai_request import refuse_other_plans
from gateway.dialects.references import KINDS, held_at_top, held_in, look_through, may_name
from gateway.form import Form, FormBody

_OTHER_PLANS: Final = ("models", "fallbacks", "route")
_COMMON: Final = ("model", "stream", "user", "safety_identifier", "store", "service_tier", *_OTHER_PLANS)
NAMES: Final = Names(
    (*_COMMON, "n", "input", "voice", "stream_format", "image", "images", "mask"),
    (
        "prompt partial_images size quality response_format output_format output_compression moderation "
        "background style input_fidelity speed instructions"
    ).split(),
)
_FORM: Final = frozenset((*_COMMON, "n"))


def asked_in_json(body: bytes, *, model: str | None = None) -> Asked:
    """BadBody unless it is an object whose governed members have their types. `model`: the one that is
    meant where none is named."""
    fields = members(body, NAMES)
    named = required_model(fields) if model is None else text(fields, "model") or model
    refuse_other_plans(fields)
    return Asked(
        raw=body,
        fields=fields,
        model=named,
        stream=flag(fields, "stream"),
        max_output_tokens=0,
        end_user=text(fields, "safety_identifier") or text(fields, "user"),
        privileges=_privileges(store=flag(fields, "store"), tier=text(fields, "service_tier")),
        held=_held(fields) if may_name(body) else (),
        unbounded=True,
    )


def asked_in_form(
    form: Form, path_model: str | None, *, model: str | None = None
) -> tuple[Asked, dict[str, str]]:
    """The same of a form, and its governed fields. `path_model` counts where the path names one."""
    fields = governed_fields(form, _FORM)
    named = path_model or form_text(fields, "model") or model
    if named is None:
        raise ModelMissing({})
    for name in _OTHER_PLANS:
        if fields.get(name):
            raise BadBody(f"'{name}' is not supported: fallbacks are set in the gateway's policy", param=name)
    asked = Asked(
        raw=b"",
        fields={},
        model=named,
        stream=form_flag(fields, "stream"),
        max_output_tokens=0,
        end_user=form_text(fields, "safety_identifier") or form_text(fields, "user"),
        privileges=_privileges(store=form_flag(fields, "store"), tier=form_text(fields, "service_tier")),
        held=_held_in_form(form),
        unbounded=True,
        form=form,
    )
    return asked, fields


def render(asked: Asked, changes: Changes) -> bytes | FormBody:
    """The model is always written: a server's own default is nothing that a policy has judged."""
    if asked.form is not None:
        return asked.form.written({"model": changes.model})
    if changes.model == asked.model and "model" in asked.fields:
        return asked.raw
    return joined({**asked.fields, "model": msgspec.json.encode(changes.model)})


def only_as_a_form(body: bytes) -> Asked:
    raise BadBody("send this request as a form (multipart/form-data)")


def require(fields: Members, *names: str) -> None:
    """BadBody unless these members are texts that are not empty."""
    for name in names:
        required_text(fields, name, longest=LONGEST_TEXT)


def _held(fields: Members) -> tuple[Held, ...]:
    """What the body itself and the objects in it refer to."""
    found = held_at_top(fields, {name: KINDS[folded(name)] for name in fields if folded(name) in KINDS})
    for name, raw in fields.items():
        if bytes(memoryview(raw)[:1]) in (b"[", b"{"):
            seen = look_through(raw, name)
            found += held_in(seen.value, name) if seen.refers else []
    return tuple(found)


def _held_in_form(form: Form) -> tuple[Held, ...]:
    kinds = [(part, KINDS.get(folded(part.name.partition("[")[0]))) for part in form.parts]
    return tuple([Held(kind, part.text or "", part.name) for part, kind in kinds if kind is not None])


LONGEST_TEXT: Final = 1024 * 1024


def _privileges(*, store: bool, tier: str | None) -> tuple[str, ...]:
    """As in openai_request, where `background` is no picture's."""
    found = ["store"] if store else []
    return tuple(found if tier in (None, "auto", "default") else [*found, "service_tier"])
