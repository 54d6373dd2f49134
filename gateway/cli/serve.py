"""`gateway serve`: run the gateway."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import application
from gateway.installation import Installation, trial_key
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.secrets import write_private
from gateway.server import Server, config
from gateway.settings import Settings, environment, load_settings

_TRIAL_FILE = "trial.key"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    policies: Annotated[Path | None, typer.Option(help="Policy folder.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of spool, database and secrets.")] = None,
) -> None:
    """Run the gateway until it is told to stop. Ready when /readyz answers 200."""
    settings = load_settings(host=host, port=port, policies=policies, data=data)
    policy = load_policy(settings.policies, environment=environment())
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = application(settings, policy, lambda installation: _trial(installation, settings))
    server = Server(config(settings, app), lambda host, port: _welcome(policy, settings, host, port))
    server.run()
    if not server.started:
        raise typer.Exit(2)


def _welcome(policy: Policy, settings: Settings, host: str, port: int) -> None:
    """Where it listens, what is in force, how to make the first call."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    model = next(
        (name for name, model in sorted(policy.models.items()) if model.targets and "*" not in name), "echo"
    )
    print(f"listening on {base}")
    print(f"policy {policy.revision} from {settings.policies}: {len(policy.models)} models", flush=True)
    for provider, reason in sorted(policy.off.items()):
        print(f"  provider {provider} is off: {reason}")
    print(
        "first call (make a key with `gateway keys create NAME --role ROLE`, or use the trial key):\n"
        f"  curl {base}/v1/chat/completions -H 'authorization: Bearer gw-…' -H 'content-type: application/json' \\\n"
        f"""    -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'""",
        flush=True,
    )


def _trial(installation: Installation, settings: Settings) -> None:
    """Show the trial key once on a terminal; elsewhere a log would keep it, so it goes to a file."""
    key = trial_key(installation)
    if key is None:
        return
    if sys.stdout.isatty():
        print(f"trial key, shown once, for all models, 24 hours:\n  {key}", flush=True)
        return
    path = settings.data / _TRIAL_FILE
    write_private(path, key)
    print(f"trial key for all models, 24 hours: in {path}", flush=True)
