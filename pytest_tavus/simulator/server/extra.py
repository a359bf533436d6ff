"""The packages of the extra `serve`, and the message if one is missing. Imports none of them."""

from __future__ import annotations

from importlib.util import find_spec

PACKAGES = frozenset(
    {"jsonpatch", "mcp", "mcp_types", "pydantic", "starlette", "uvicorn", "websockets"}
)


def require_all() -> None:
    """Check that every package is installed, including those that are imported late.

    Raises:
        ModuleNotFoundError: a package is not installed.

    """
    for package in sorted(PACKAGES):
        if find_spec(package) is None:
            message = f"No module named {package!r}"
            raise ModuleNotFoundError(message, name=package)


def find_missing_package(error: ModuleNotFoundError) -> str | None:
    """Return the package that could not be imported; `None` if the extra does not contain it."""
    package = (error.name or "").partition(".")[0]
    return package if package in PACKAGES else None


def describe_missing_extra(feature: str, package: str) -> str:
    return (
        f"{feature} needs the package {package!r}, which is not installed: "
        "pip install 'pytest-tavus[serve]'"
    )
