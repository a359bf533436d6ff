"""The environment variables that point a client of Tavus at a simulated one.

Their names come from the official client [client]. The client's own `.env` file never overrides
them, and with a key among them the client does not ask the keyring of the operating system.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pytest_tavus.simulator.account.keys import Environment


def standin_directory() -> Path:
    """Return the directory for PYTHONPATH that holds the stand-in for `daily`."""
    return Path(str(files("pytest_tavus.simulator.server") / "standin"))


def variables(base_url: str, *, api_key: str, environment: Environment) -> dict[str, str]:
    return {
        "TAVUS_API_KEY": api_key,
        "TAVUS_ENV": environment.upper(),
        "TAVUS_PUBLIC_API_BASE_URL": f"{base_url}/v2",
        "TAVUS_PORTAL_API_BASE_URL": f"{base_url}/portal/api",
        "TAVUS_DEV_PORTAL_URL": base_url,
        "TAVUS_PAL_MAKER_URL": base_url,
        "PYTHONPATH": str(standin_directory()),
    }


def render_exports(environ: Mapping[str, str]) -> str:
    """Return the variables as lines for a POSIX shell; an earlier PYTHONPATH stays behind ours."""
    lines = [
        f"export {name}={shlex.quote(value)}"
        + ('"${PYTHONPATH:+:$PYTHONPATH}"' if name == "PYTHONPATH" else "")
        for name, value in environ.items()
    ]
    return "".join(f"{line}\n" for line in lines)
