"""The error tree.

::

    GatewayError
    ├── Refused            ours: the gateway said no; carries the Problem its caller is told
    │   └── Misread        a request to administration that is not what it should be (gateway.admin.problem_body)
    ├── UpstreamFault      theirs: what a provider did
    │   ├── NotConnected   no byte of the request left us; another try costs nothing
    │   ├── TimedOut       one of the provider's limits ran out; the call may be billed
    │   ├── Broken         the connection or its framing broke after the request was sent
    │   ├── Answered       the provider answered with an error status
    │   └── BrokenOff      the provider sent an error as an event of its stream
    ├── Uninspected        a call would have gone where nobody has looked whether it may
    ├── SpoolUnavailable   the audit log can't take an entry; nothing may be sent
    ├── SpoolDamaged       the audit spool holds what a crash can't explain (gateway.audit.recovery)
    ├── UnreadableEntry    an entry in the database that can't be read (gateway.audit.query)
    ├── ContentUnreadable  what was kept of a call and does not open any more (gateway.audit.content)
    ├── NotRecorded        what would be deleted could not be recorded (gateway.audit.pruning)
    ├── NoCertificate      a certificate of erasure that is none, or proves nothing (gateway.audit.erasure)
    ├── AnchorsUnreadable  a file of anchors that is none of this installation (gateway.audit.claims)
    ├── WentBack           the database holds less of a chain than was signed (gateway.audit.notary)
    ├── WrappedUnreadable  an envelope that opens under no key here (gateway.keyring)
    ├── NoPublicKey        what was given for a public key is none (gateway.signing)
    ├── StoreUnavailable   the database can't be asked, or is not ours (gateway.stores.interfaces)
    ├── LedgerUnavailable  limits and budgets can't be asked (gateway.ledger.protocol)
    ├── DuplicateKey       a key that is there already (gateway.stores.keys)
    ├── BadToken           a token that proves nothing (gateway.identity.faults)
    ├── KeysUnavailable    no key of a token's issuer is known (gateway.identity.faults)
    ├── BadKeys            an issuer's keys that can't be used (gateway.identity.keyset)
    ├── NotFetched         nothing was fetched from where a policy or an issuer says (gateway.egress)
    │   └── Forbidden      the gateway may not go there
    ├── PolicyInvalid      a policy folder that can't be read (gateway.policy.faults)
    ├── NotRestorable      a folder that can't be made what a revision was (gateway.policy.restore)
    ├── UnknownRevision    a name that no revision has, or the beginning of several (gateway.reload.history)
    ├── NotSayable         what a tried request should ask for, and its API has no word for (gateway.rehearsal.requests)
    ├── NotLinear          a pattern that RE2 refuses (gateway.privacy.linear)
    ├── NotRead            a text that was not searched; never the same as clean (gateway.privacy.faults)
    │   ├── TooLong        it is longer than detection reads
    │   └── DetectorUnavailable  detection is overloaded, took too long or broke down
    ├── NotCovered         a kind of data that no recognizer finds (gateway.privacy.faults)
    ├── MissingModel       a model that a profile asks for and that is not installed (gateway.privacy.faults)
    ├── GuardFailed        a guard that could not tell (gateway.guards.guard)
    ├── SettingsInvalid    the process can't start as it was told to (gateway.settings)
    ├── SecretInvalid      the installation's secret is too short (gateway.secrets)
    │   └── SigningKeyLost  the secret that it signs with is gone, or another one (gateway.custody)
    ├── NoAnswer           a gateway elsewhere that could not be asked (gateway.cli.remote)
    └── WrongUse           a command was given something that can't be (gateway.cli.wrong_use)

A *Problem* is what a caller is told, in no dialect yet: each dialect renders it so that the
caller's own SDK raises its own right exception. It never holds a secret, a prompt or a trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What went wrong, as one word per HTTP status: the value is that status."""

    INVALID_REQUEST = 400
    UNAUTHENTICATED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    METHOD_NOT_ALLOWED = 405
    BODY_TIMEOUT = 408
    CONFLICT = 409
    TOO_LARGE = 413
    UNSUPPORTED_ENCODING = 415
    UNPROCESSABLE = 422
    RATE_LIMITED = 429
    INTERNAL = 500
    UPSTREAM = 502
    UNAVAILABLE = 503
    UPSTREAM_TIMEOUT = 504
    OVERLOADED = 529

    @property
    def status(self) -> int:
        return self.value


@dataclass(frozen=True, slots=True)
class Problem:
    """What a caller is told. `code` is machine readable, `param` the field at fault.

    `limits` are what a limit of ours says in headers, by the names of the OpenAI family.
    `retry_after_s` becomes `retry-after`; `should_retry` (None: the client decides) becomes
    `x-should-retry`, which the OpenAI and Anthropic SDKs obey.
    """

    kind: Kind
    message: str
    code: str | None = None
    param: str | None = None
    retry_after_s: float | None = None
    should_retry: bool | None = None
    limits: tuple[tuple[str, str], ...] = ()


class GatewayError(Exception):
    """Everything this package raises on purpose."""


class Refused(GatewayError):
    """The gateway's own no. `stage` and `rule` name who said it; they go into the record."""

    def __init__(self, problem: Problem, *, stage: str, rule: str) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.stage = stage
        self.rule = rule


class Uninspected(GatewayError):
    """A mistake of ours: under a policy with privacy, nothing is sent to a candidate that was not inspected."""


class UpstreamFault(GatewayError):
    """What a provider did. The message is ours and names no secret, prompt or address."""


class NotConnected(UpstreamFault):
    """No connection: refused, unknown name, TLS failure or the connect limit ran out."""


class TimedOut(UpstreamFault):
    """A limit ran out. `limit` is first_byte, idle or total."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"the provider's {limit} time limit ran out")
        self.limit = limit


class Broken(UpstreamFault):
    """The connection broke, the framing was invalid or the answer was larger than we read.

    `stale`: a connection used before was closed without one byte of an answer. Most often it had
    been idle too long and nobody read the request; nobody can prove it. `underway`: it broke while the
    provider was at work on the request, for all that is known, or after that.
    """

    def __init__(self, message: str, *, stale: bool = False, underway: bool = False) -> None:
        super().__init__(message)
        self.stale = stale
        self.underway = underway


class Answered(UpstreamFault):
    """The provider answered with an error status (>= 400). `body` is capped, never logged."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(f"the provider answered {status}")
        self.status = status
        self.headers = headers
        self.body = body


class BrokenOff(UpstreamFault):
    """An error event inside a stream: a failed try if it came first, else passed on to the caller."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("the provider ended its stream with an error")
        self.problem = problem


class SpoolUnavailable(GatewayError):
    """The audit spool can't make an entry durable (disk full, writer stopped)."""
