"""Files that commands write what they were told into."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gateway.cli.wrong_use import WrongUse


@contextmanager
def new_file(out: str) -> Iterator[IO[str]]:
    """A new one, its owner's alone; `-` is standard output. WrongUse where it is there, or can't be written."""
    if out == "-":
        yield sys.stdout
        return
    path = Path(out)
    try:
        path.touch(mode=0o600, exist_ok=False)
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except FileExistsError:
        raise WrongUse(f"{out} is there already") from None
    except OSError as error:
        raise WrongUse(f"{out} can't be written: {error.strerror}") from None
