"""A real OpenAI- and Anthropic-compatible server: llama.cpp's own, running the tiny model.

Run as a module it is that server: it prints its address and lives until its standard input closes,
so it can't outlive the tests that started it. The server closes a connection after each streamed
answer without saying so beforehand.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import xllamacpp

from tests.parts.processes import Output, eventually

MODEL = "tiny"
_SLOTS = 4
_CONTEXT_OF_A_SLOT = 4096
_HTTP_THREADS = 96  # a kept-alive connection holds one: with few of them callers wait for seconds


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A running server; `url` without a path."""

    url: str
    pid: int


@contextmanager
def llama_server(model: Path, *, embedding: bool = False) -> Iterator[LlamaServer]:
    """Runs a server in its own process: chat, completions and messages, or embeddings only."""
    command = [
        sys.executable,
        "-m",
        "tests.parts.llama_server",
        str(model),
        "embedding" if embedding else "text",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    output = Output(process)
    assert process.stdin is not None
    try:
        address = eventually(lambda: _address(process, output), "llama.cpp's server listens")
        yield LlamaServer(address, process.pid)
    finally:
        process.stdin.close()
        process.kill()
        process.wait()
        output.wait_closed()


def _address(process: subprocess.Popen[str], output: Output) -> str | None:
    if process.poll() is not None:
        raise AssertionError(f"llama.cpp's server ended\n{output.told()}")
    return next((line for line in output.stdout if line.startswith("http://")), None)


def _serve(model: str, mode: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {MODEL}
    params.n_parallel = _SLOTS
    params.n_ctx = _SLOTS * _CONTEXT_OF_A_SLOT
    params.n_threads_http = _HTTP_THREADS
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    if mode == "embedding":
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.cache_prompt = False  # the same request has the same usage however often it came before
    params.cache_ram_mib = 0
    params.fit_params = False
    params.warmup = False
    params.ui = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
