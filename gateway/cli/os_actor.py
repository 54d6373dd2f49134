"""Who types the command: the operating system's user, by number, and whom sudo says it was."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from typing import Final

from gateway.admin.actor import Actor

_SUDO_USER: Final = "SUDO_USER"
_LONGEST: Final = 256


def os_actor(environment: Mapping[str, str]) -> Actor:
    """Nothing in the environment says who it is: what stands there is whatever the user likes. `SUDO_USER` is
    kept as the claim that it is."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"uid {number}"
    return Actor("os", user=name, sudo_user=environment.get(_SUDO_USER, "")[:_LONGEST] or None)
