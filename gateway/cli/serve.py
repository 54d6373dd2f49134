"""`gateway serve`: run the gateway."""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.app import application, folder_of
from gateway.errors import GatewayError
from gateway.installation import Installation, trial_key
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.secrets import write_private
from gateway.server import Server, admin_config, config
from gateway.settings import Settings, environment, load_settings, unknown_variables
from gateway.workers import Ready, Workers, shared_socket

_GC_AFTER_ALLOCATIONS: Final = 10_000
"""Requests under way hold thousands of objects; Python's 700 would look at them at every turn."""
_TRIAL_FILE: Final = "trial.key"


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("serve")(serve)
    return app


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    policies: Annotated[Path | None, typer.Option(help="Policy folder.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of spool, database and secrets.")] = None,
) -> None:
    """Run the gateway until it is told to stop. Ready when /readyz answers 200."""
    settings = load_settings(host=host, port=port, policies=policies, data=data)
    for sentence in unknown_variables(environment()):
        print(f"gateway: warning: {sentence}", file=sys.stderr)
    policy = load_policy(settings.policies, environment=folder_of(settings).environment)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if settings.workers == 1:
        status = work(settings, policy, Welcome(settings, policy))
    else:
        status = _several(settings, policy)
    if status:
        raise typer.Exit(status)


def _several(settings: Settings, policy: Policy) -> int:
    """The port is this process's from the beginning, so that all have the same where any free one will do."""
    with shared_socket(settings.host, settings.port) as held:
        same = settings.model_copy(update={"port": held.getsockname()[1]})

        def worker(ready: Ready | None) -> int:
            try:
                return work(same, policy, Welcome(same, policy, ready, tells=ready is not None))
            except GatewayError as error:
                print(f"gateway: {error}", file=sys.stderr, flush=True)
                return 2

        return Workers(settings.workers, worker).run()


def work(settings: Settings, policy: Policy, welcome: Welcome) -> int:
    """One process of the gateway, until it is told to stop. Its exit status."""
    faults: list[GatewayError] = []
    front = application(settings, policy, welcome.opened, faults.append)
    logging.getLogger("uvicorn.error").addFilter(lambda _: not faults)  # a sentence follows, no traceback
    admin = admin_config(settings, front.aside, front.turn_away)
    shared = settings.workers > 1
    beside = None if admin is None else Server(admin, welcome.administers, shared=shared)
    server = Server(config(settings, front, front.turn_away), welcome.listening, beside, shared=shared)
    with suppress(SystemExit):  # uvicorn has said why; the exit code is ours
        server.run()
    if faults:
        raise faults[0]
    return 0 if server.started else 2


class Welcome:
    """What a person is told at the start: where it listens, what is in force, how to make a call. Of several
    processes one tells, and then calls `ready`."""

    def __init__(
        self, settings: Settings, policy: Policy, ready: Ready | None = None, *, tells: bool = True
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._ready = ready
        self._tells = tells
        self._bearer = "gw-…"

    def opened(self, installation: Installation) -> None:
        """Shows the trial key once on a terminal; elsewhere a log would keep it, so it goes to a file."""
        if not self._tells:
            return
        key = trial_key(installation)
        if key is None:
            print("make a key with: scripts/gateway keys create NAME --role ROLE")
        elif sys.stdout.isatty():
            self._bearer = key
            print(f"trial key, shown once, for all models, 24 hours:\n\n  {key}\n")
        else:
            path = self._settings.data / _TRIAL_FILE
            path.unlink(missing_ok=True)  # of a database that is gone
            write_private(path, key)
            self._bearer = f"$(cat {path})"
            print(f"trial key for all models, 24 hours: in {path}")

    def listening(self, host: str, port: int) -> None:
        """Called once connections are accepted. What was loaded by then stays: it is kept from the
        garbage collector, which would walk it again and again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GC_AFTER_ALLOCATIONS, 20, 50)
        if self._tells:
            self._tell(_url(host, port))
        if self._ready is not None:
            self._ready()

    def administers(self, host: str, port: int) -> None:
        """Called before, where the admin side has a port of its own."""
        if self._tells:
            print(f"admin side on {_url(host, port)}")

    def _tell(self, base: str) -> None:
        policy = self._policy
        named = (name for name, model in sorted(policy.models.items()) if model.targets and "*" not in name)
        body = f'{{"model": "{next(named, "echo")}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
        print(f"listening on {base}")
        print(f"policy {policy.revision} from {self._settings.policies}: {len(policy.models)} models")
        for provider, reason in sorted(policy.off.items()):
            print(f"  provider {provider} is off: {reason}")
        for part in policy.not_yet:
            print(f"  {part}")
        print(
            f"first call:\n"
            f'  curl {base}/v1/chat/completions -H "authorization: Bearer {self._bearer}" \\\n'
            f"    -H \"content-type: application/json\" -d '{body}'",
            flush=True,
        )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
