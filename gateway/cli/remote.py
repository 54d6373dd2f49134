"""Administration of a gateway elsewhere, over its admin API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final, NoReturn, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from gateway.admin.operations import ROOT
from gateway.admin.problem_body import ProblemBody
from gateway.cli.target import Question
from gateway.cli.wrong_use import WrongUse
from gateway.errors import GatewayError, Kind, Problem, Refused
from gateway.settings import Remote

T = TypeVar("T", bound=BaseModel)

_TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)


class NoAnswer(GatewayError):
    """A remote gateway could not be asked, or what answered is none."""


@contextmanager
def opened(remote: Remote, *, plain_http: bool) -> Iterator[OverHttp]:
    """WrongUse: it may not be asked so."""
    base = _base(remote.url, plain_http=plain_http)
    token = "" if remote.token is None else remote.token.get_secret_value().strip()
    if not token:
        raise WrongUse("GATEWAY_TOKEN holds no key: set it to an admin's key or token, never as an argument")
    if not (token.isascii() and token.isprintable()):
        raise WrongUse("GATEWAY_TOKEN is no key and no token: it holds what no header can")
    # A proxy of the environment is used for https only, where it sees nothing: http would show it the key.
    with httpx.Client(
        headers={"authorization": f"Bearer {token}", "accept": "application/json"},
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=base.scheme == "https",
    ) as client:
        yield OverHttp(client, str(base).rstrip("/"))


class OverHttp:
    """gateway.cli.target.Side."""

    def __init__(self, client: httpx.Client, base: str) -> None:
        self._client = client
        self._base = base

    def answer(self, question: Question, told: type[T]) -> T:
        operation, body = question.operation, question.body
        path = operation.path.format(**{name: quote(part, safe="") for name, part in question.path.items()})
        try:
            answered = self._client.request(
                operation.method,
                f"{self._base}{ROOT}{path}",
                params=dict(question.query) or None,
                content=None if body is None else body.model_dump_json(),
                headers=None if body is None else {"content-type": "application/json"},
            )
        except httpx.TimeoutException:
            raise NoAnswer(f"{self._base} does not answer in time") from None
        except httpx.TransportError as error:
            raise NoAnswer(f"{self._base} can't be reached: {str(error) or type(error).__name__}") from None
        if answered.status_code != operation.status:
            self._refused(answered)
        try:
            # A newer gateway may tell more than this version knows.
            return told.model_validate_json(answered.content, extra="ignore")
        except ValidationError:
            raise NoAnswer(f"what {self._base} answers is not this version's admin API") from None

    def _refused(self, answered: httpx.Response) -> NoReturn:
        try:
            problem = ProblemBody.model_validate_json(answered.content, extra="ignore")
            kind = Kind(answered.status_code)
        except ValueError:
            raise NoAnswer(
                f"{self._base} answers {answered.status_code}, and not as the admin side of a gateway"
            ) from None
        if problem.code == "unknown_path":
            raise NoAnswer(f"{self._base} has no admin API for you: is it the address of the admin side?")
        detail = problem.detail
        if kind is Kind.UNAUTHENTICATED:
            detail = f"{self._base} does not take GATEWAY_TOKEN: {detail}"
        param = problem.errors[0].field if problem.errors else None
        found = Problem(kind, detail, code=problem.code, param=param)
        raise Refused(found, stage="administer", rule=problem.code)


def _base(url: str, *, plain_http: bool) -> httpx.URL:
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        raise WrongUse("--url: expected an address such as https://gateway.example.com:8443") from None
    if base.scheme not in ("http", "https") or not base.host or base.userinfo or base.query or base.fragment:
        raise WrongUse(
            "--url: expected an address such as https://gateway.example.com:8443, and nothing else"
        )
    if base.scheme == "http" and not plain_http and not _is_here(base.host):
        raise WrongUse(
            f"--url: http:// to {base.host} would show your key to the network; use https://, or say --plain-http"
        )
    return base


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
