"""A process that reads texts for the gateway: jobs on its standard input, spans on its standard output.

It ends when its input does, so it never outlives the gateway; it has a bound on memory, and is the first to go
where the machine has too little. Nothing of a text is ever written anywhere but into the answer's offsets.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from gateway.privacy.detector import Detector
from gateway.privacy.faults import MissingModel, NotCovered
from gateway.privacy.frames import PREFIX_BYTES, Failed, Found, Job, encoded, job_from, text_from
from gateway.privacy.profile import Profile, profile_of

_GIVES_WAY: Final = 5
"""Of 19: on a busy machine the gateway's event loop comes first."""
_FIRST_TO_GO: Final = "700"


def main(memory_bytes: int) -> None:
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not come between two answers
    _settle_in(memory_bytes)
    detector, profiles = Detector(), dict[bytes, Profile]()
    detector.spans("warm: ann@example.org", profile_of())
    gc.freeze()
    gc.disable()  # reading makes no circles; looking for them takes a fifth of the time of a long text
    sink.write(encoded(Found([])))
    while (job := _next(source)) is not None:
        answer = _answer(detector, profiles, job)
        sink.write(encoded(answer))
        if isinstance(answer, Failed) and answer.why == "out_of_memory":
            return


def _answer(detector: Detector, profiles: dict[bytes, Profile], job: Job) -> Found | Failed:
    try:
        if job.defined is not None:
            if len(profiles) >= 256:
                profiles.clear()
            profiles[job.profile] = job.defined.profile()
        profile = profiles[job.profile]
        detector.prepare(profile)
        if profile.models and not gc.isenabled():
            gc.freeze()
            gc.enable()  # a model's documents do make circles
        return Found([list(detector.spans(text_from(text), profile)) for text in job.texts])
    except NotCovered as fault:
        return Failed("not_covered", str(fault))
    except MissingModel as fault:
        return Failed("missing_model", str(fault))
    except MemoryError:
        return Failed("out_of_memory", "reading a text took more memory than it may")
    except Exception as fault:
        return Failed("failed", f"reading a text failed: {_where(fault)}")


def _where(fault: BaseException) -> str:
    """Its kind and its line, without its words: those may quote the text."""
    traceback, at = fault.__traceback__, ""
    while traceback is not None:
        at = f" at {Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return f"{type(fault).__name__}{at}"


def _next(source: BinaryIO) -> Job | None:
    prefix = source.read(PREFIX_BYTES)
    if len(prefix) < PREFIX_BYTES:
        return None
    length = int.from_bytes(prefix, "big")
    body = source.read(length)
    return job_from(body) if len(body) == length else None


def _settle_in(memory_bytes: int) -> None:
    sys.excepthook = _told_without_words
    # A terminal or a service tells all its processes: the gateway still ends its calls, and then this one.
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
    with suppress(ValueError):  # some systems know no such limit
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold texts
    os.nice(_GIVES_WAY)
    with suppress(OSError):  # Linux only, and not everywhere
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)


def _told_without_words(_: type[BaseException], fault: BaseException, __: TracebackType | None) -> None:
    sys.stderr.write(f"a process that reads texts ended: {_where(fault)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
