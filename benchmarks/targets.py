"""What can be measured, and how each of it is started in front of the canned provider."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import ROOT, environment

KEYS_S = 60.0  # for making a key, database migrations included


class Unavailable(Exception):
    """This target can't run here; the message says why."""


class StartFailed(Exception):
    """This target should run here and doesn't."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a target runs: a folder of its own, its port, the provider behind it.

    `stream` are the provider's own options for streams.
    """

    folder: Path
    port: int
    provider_port: int
    stream: tuple[str, ...] = ()
    profile: Path | None = None

    @property
    def provider(self) -> str:
        return f"http://127.0.0.1:{self.provider_port}"


@dataclass(frozen=True, slots=True)
class Launch:
    """The command that starts a target, and the key it will ask its callers for."""

    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    key: str = "none"


def provider(site: Site) -> Launch:
    """The canned provider itself."""
    return Launch([sys.executable, "-m", "benchmarks.upstream", "--port", str(site.port), *site.stream])


def bare(site: Site) -> Launch:
    return _bare("benchmarks.bare", site)


def bare_httpx(site: Site) -> Launch:
    return _bare("benchmarks.bare_httpx", site)


def nginx(site: Site) -> Launch:
    """One process, connections kept on both sides, no log, nothing buffered."""
    binary = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if binary is None:
        raise Unavailable("nginx is not installed")
    built = subprocess.run([binary, "-V"], capture_output=True, text=True, check=True).stderr
    modules = [name for name in ("fastcgi", "uwsgi", "scgi") if f"--without-http_{name}_module" not in built]
    paths = "".join(f"{name}_temp_path {site.folder};\n" for name in ("client_body", "proxy", *modules))
    config = site.folder / "nginx.conf"
    config.write_text(_NGINX.format(paths=paths, folder=site.folder, port=site.port, to=site.provider_port))
    return Launch([binary, "-p", str(site.folder), "-c", str(config), "-e", "stderr"])


def gateway(site: Site) -> Launch:
    """Under a limit and a budget: each call holds what it may use and cost, and settles it."""
    return _gateway(site, {}, _POLICY + _HOLDING)


def gateway_slot(site: Site) -> Launch:
    """Under one limit of calls at once: the least that a hold can be."""
    return _gateway(site, {}, _POLICY + _SLOT)


def gateway_unheld(site: Site) -> Launch:
    """The same gateway without a limit and a budget: no call holds anything."""
    return _gateway(site, {}, _POLICY)


def gateway_unrecorded(site: Site) -> Launch:
    """As the one that holds nothing, and nothing is recorded either: the difference is the audit log's."""
    return _gateway(site, {}, _POLICY, "benchmarks.unrecorded")


def gateway_httpx(site: Site) -> Launch:
    """The gateway under its limit and budget, its upstream on httpx."""
    return _gateway(site, {"GATEWAY_UPSTREAM": "httpx"}, _POLICY + _HOLDING)


TARGETS: Mapping[str, Callable[[Site], Launch]] = {
    "direct": provider,
    "nginx": nginx,
    "bare": bare,
    "bare-httpx": bare_httpx,
    "gateway": gateway,
    "gateway-slot": gateway_slot,
    "gateway-unheld": gateway_unheld,
    "gateway-unrecorded": gateway_unrecorded,
    "gateway-httpx": gateway_httpx,
}


def _bare(module: str, site: Site) -> Launch:
    return Launch([sys.executable, "-m", module, "--port", str(site.port), "--upstream", site.provider])


def _gateway(site: Site, settings: Mapping[str, str], policy: str, module: str = "gateway") -> Launch:
    """A policy of one priced provider, two models and one role; data that lives as long as the run."""
    if importlib.util.find_spec("gateway.__main__") is None:
        raise Unavailable("gateway has no command line yet")
    policies = site.folder / "policies"
    policies.mkdir(parents=True)
    (policies / "bench.yaml").write_text(policy.format(provider=site.provider))
    env = {
        "GATEWAY_POLICIES": str(policies),
        "GATEWAY_DATA": str(site.folder / "data"),
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(site.port),
        **settings,
    }
    profiled = ["-m", "cProfile", "-o", str(site.profile)] if site.profile else []
    return Launch([sys.executable, *profiled, "-m", module, "serve"], env, _key(env))


def _key(env: Mapping[str, str]) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "gateway", "keys", "create", "bench", "--role", "bench", "--json"],
        cwd=ROOT,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=KEYS_S,
        check=False,
    )
    if made.returncode != 0:
        raise StartFailed(f"`keys create` failed:\n{(made.stdout + made.stderr).strip()[-1500:]}")
    key: str = json.loads(made.stdout)["key"]
    return key


_POLICY = """\
gateway: 1
providers:
  canned: {{dialect: openai, base_url: "{provider}/v1", credentials: ["x"], region: eu}}
models:
  bench: {{targets: [{{to: canned/gpt-bench, price: {{input: 0.25, output: 2.00}}}}]}}
  bench-paced: {{targets: [{{to: canned/gpt-bench-paced, price: {{input: 0.25, output: 2.00}}}}]}}
roles:
  bench: {{models: [bench, bench-paced], max_output_tokens: 1000}}
"""
_SLOT = """\
limits:
  - {{name: per-key, per: [key], concurrent: 100000}}
"""
_HOLDING = """\
limits:
  - {{name: per-key, per: [key], requests: 100000000/minute, tokens: 1000000000k/minute, concurrent: 100000}}
budgets:
  - {{name: per-team, per: [team], amount: 1000000 USD, period: month}}
"""

_NGINX = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
{paths}
access_log off;
keepalive_requests 1000000000;
client_max_body_size 0;
client_body_buffer_size 1m;
upstream canned {{ server 127.0.0.1:{to}; keepalive 256; keepalive_requests 1000000000; }}
server {{
  listen 127.0.0.1:{port} backlog=1024;
  location / {{
    proxy_pass http://canned;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_buffering off;
  }}
}}
}}
"""
