"""OpenAI's operations on what it keeps: files, batches, fine-tuning jobs, stored answers."""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.dialects.batch_lines import ENDPOINTS
from gateway.dialects.body import (
    Members,
    Names,
    few_items,
    folded,
    is_null,
    joined,
    members,
    required_text,
    text,
)
from gateway.dialects.form_fields import governed_fields
from gateway.dialects.interface import Asked, BadBody, Changes, NotOffered
from gateway.dialects.kept import Held, Made
from gateway.dialects.kept_answers import beside, created, deleted
from gateway.dialects.kept_listing import Shape
from gateway.dialects.kept_operations import Operation
from gateway.dialects.openai_media import only_as_a_form
from gateway.dialects.openai_request import read_privileges, read_tags
from gateway.dialects.openai_responses_stream import ResponsesStream
from gateway.form import Form, FormBody

_BATCH: Final = Names(
    "input_file_id endpoint service_tier metadata model store background".split(),
    ("completion_window", "output_expires_after"),
)
_JOB: Final = Names(
    "model training_file validation_file integrations method service_tier metadata".split(),
    ("hyperparameters", "suffix", "seed"),
)
_INTEGRATION: Final = Names(("type",), ("wandb",))
_METHOD: Final = Names(("type",), ("supervised", "dpo", "reinforcement"))
_MOST_INTEGRATIONS: Final = 32


def read_upload(form: Form) -> Asked:
    """BadBody unless it has one file and says what for. Lines of a batch are judged by `unpack`."""
    fields = governed_fields(form, frozenset({"purpose"}))
    if not fields.get("purpose"):
        raise BadBody("'purpose' is missing", param="purpose")
    files = [part for part in form.parts if folded(part.name.partition("[")[0]) == "file"]
    if len(files) != 1 or files[0].name != "file":
        raise BadBody("the form must have one 'file'", param="file")
    return Asked(raw=b"", fields={}, model="", form=form)


def is_batch_file(form: Form) -> bool:
    return any(part.name == "purpose" and part.text == "batch" for part in form.parts)


def is_training_file(form: Form) -> bool:
    return any(part.name == "purpose" and part.text == "fine-tune" for part in form.parts)


def uploaded(asked: Asked, body: bytes) -> tuple[Made, ...]:
    """A file; only one whose lines were judged can become a batch."""
    judged = asked.form is not None and is_batch_file(asked.form)
    return created("file:batch" if judged else "file")(asked, body)


def render_upload(asked: Asked, changes: Changes) -> FormBody:
    assert asked.form is not None
    return asked.form.written({})


def read_batch(body: bytes) -> Asked:
    """BadBody unless it names a file and an endpoint that is offered, and no model: each line has its own.
    What is in the file was judged when it was uploaded, and by which role; here the endpoint is."""
    fields = members(body, _BATCH)
    if not is_null(fields.get("model")):
        raise BadBody("a batch has no 'model': its lines have", param="model")
    endpoint = required_text(fields, "endpoint")
    if endpoint not in ENDPOINTS:
        raise BadBody(f"batches of '{endpoint[:100]}' are not offered", param="endpoint")
    file = required_text(fields, "input_file_id")
    return Asked(
        raw=body,
        fields=fields,
        model="",
        privileges=read_privileges(fields),
        tags=read_tags(fields),
        held=(Held("file:batch", file, "input_file_id"),),
        apis=(ENDPOINTS[endpoint].api,),
    )


def read_job(body: bytes) -> Asked:
    """BadBody unless it names a model and a file. What reports to a third party is a tool that the
    provider runs; graders ask for models that nobody has judged."""
    fields = members(body, _JOB)
    _refuse_graders(fields)
    held = [Held("file", required_text(fields, "training_file"), "training_file")]
    validation = text(fields, "validation_file")
    if validation is not None:
        held.append(Held("file", validation, "validation_file"))
    return Asked(
        raw=body,
        fields=fields,
        model=required_text(fields, "model"),
        hosted_tools=_integrations(fields),
        privileges=read_privileges(fields),
        tags=read_tags(fields),
        held=tuple(held),
        unbounded=True,
    )


def render_job(asked: Asked, changes: Changes) -> bytes:
    if changes.model == asked.model:
        return asked.raw
    return joined({**asked.fields, "model": msgspec.json.encode(changes.model)})


def _refuse_graders(fields: Members) -> None:
    raw = fields.get("method")
    if raw is None or is_null(raw):
        return
    kind = text(members(bytes(raw), _METHOD, "method"), "type")
    if kind not in (None, "supervised", "dpo"):
        raise NotOffered(f"the method '{kind[:50]}' is not offered", param="method")


def _integrations(fields: Members) -> tuple[str, ...]:
    raw = fields.get("integrations")
    listed = [] if raw is None else few_items(raw, "integrations", most=_MOST_INTEGRATIONS)
    return tuple(
        text(members(bytes(one), _INTEGRATION, "integrations"), "type") or "unknown" for one in listed
    )


_PAGE: Final = frozenset({"after", "limit"})
_IN_ANSWER: Final = frozenset({"include", "include[]"})
_JOB_PATH: Final = "/fine_tuning/jobs/{fine_tuning_job}"
_ANSWER_PATH: Final = "/responses/{response}"

_FILES: Final = (
    Operation(
        "files.upload",
        "POST",
        "/files",
        "files",
        made=uploaded,
        read=only_as_a_form,
        read_form=read_upload,
        render=render_upload,
    ),
    Operation(
        "files.list",
        "GET",
        "/files",
        "files",
        query=_PAGE | {"purpose", "order"},
        shape=Shape("file", default=10_000, page=1_000),
    ),
    Operation("files.read", "GET", "/files/{file}", "files"),
    Operation("files.delete", "DELETE", "/files/{file}", "files", removed=deleted("file")),
    Operation("files.download", "GET", "/files/{file}/content", "files", passes=True),
)
_BATCHES: Final = (
    Operation(
        "batches.create",
        "POST",
        "/batches",
        "batches",
        made=created("batch"),
        read=read_batch,
        billed_later=True,
    ),
    Operation("batches.list", "GET", "/batches", "batches", _PAGE, Shape("batch"), beside),
    Operation("batches.read", "GET", "/batches/{batch}", "batches", made=beside),
    Operation("batches.cancel", "POST", "/batches/{batch}/cancel", "batches", made=beside),
)
_JOBS: Final = (
    Operation(
        "fine_tuning.create",
        "POST",
        "/fine_tuning/jobs",
        "fine_tuning",
        made=created("fine_tuning_job"),
        read=read_job,
        render=render_job,
        billed_later=True,
    ),
    Operation(
        "fine_tuning.list",
        "GET",
        "/fine_tuning/jobs",
        "fine_tuning",
        query=_PAGE | {"metadata", "metadata[]"},
        shape=Shape("fine_tuning_job"),
        made=beside,
    ),
    Operation("fine_tuning.read", "GET", _JOB_PATH, "fine_tuning", made=beside),
    *(
        Operation(f"fine_tuning.{deed}", "POST", f"{_JOB_PATH}/{deed}", "fine_tuning", made=beside)
        for deed in ("cancel", "pause", "resume")
    ),
    Operation("fine_tuning.events", "GET", f"{_JOB_PATH}/events", "fine_tuning", _PAGE, Shape(None)),
    Operation(
        "fine_tuning.checkpoints",
        "GET",
        f"{_JOB_PATH}/checkpoints",
        "fine_tuning",
        query=_PAGE,
        shape=Shape(None, default=10),
        made=beside,
    ),
)
_ANSWERS: Final = (
    Operation(
        "responses.read",
        "GET",
        _ANSWER_PATH,
        "responses",
        query=_IN_ANSWER | {"stream", "starting_after", "include_obfuscation"},
        events=lambda asked: ResponsesStream(),
    ),
    Operation("responses.delete", "DELETE", _ANSWER_PATH, "responses", removed=deleted("response")),
    Operation("responses.cancel", "POST", f"{_ANSWER_PATH}/cancel", "responses"),
    Operation(
        "responses.input_items",
        "GET",
        f"{_ANSWER_PATH}/input_items",
        "responses",
        query=_PAGE | _IN_ANSWER | {"order"},
        shape=Shape(None),
    ),
)

OPERATIONS: Final = (*_FILES, *_BATCHES, *_JOBS, *_ANSWERS)
"""All there are. Never `/organization/…`, which rules the account, nor what hands out keys of the account
(`/realtime/sessions`, `/realtime/client_secrets`, `/realtime/transcription_sessions`, `/chatkit/sessions`)."""
