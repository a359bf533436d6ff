"""What the extra `serve` brings, and what is said where it is missing. Imports none of it."""

from __future__ import annotations

from importlib.util import find_spec

PACKAGES = frozenset({"jsonpatch", "mcp", "mcp_types", "starlette", "uvicorn", "websockets"})


def require_all() -> None:
    """Insist on every package, those included that are imported when they are first needed.

    Raises:
        ModuleNotFoundError: one is not installed.

    """
    for package in sorted(PACKAGES):
        if find_spec(package) is None:
            message = f"No module named {package!r}"
            raise ModuleNotFoundError(message, name=package)


def find_missing_package(error: ModuleNotFoundError) -> str | None:
    """Return the package of the extra that could not be imported; `None` where it is another."""
    package = (error.name or "").partition(".")[0]
    return package if package in PACKAGES else None


def describe_missing_extra(what: str, package: str) -> str:
    """Say what to install."""
    return (
        f"{what} needs the package {package!r}, which is not installed: "
        "pip install 'pytest-tavus[serve]'"
    )
