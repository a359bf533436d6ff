"""Imports the object of an import string: ``package.module:attribute``.

The directories of the scenario file come first on `sys.path` and stay there, as with a
conftest.py, because the application may import further modules later.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

from pytest_tavus.errors import HandlerError, did_you_mean
from pytest_tavus.handler.call.faults import describe_error, user_traceback


def load(target: str, *, search_path: Sequence[Path]) -> object:
    """Import the object of ``package.module:attribute``.

    Raises:
        HandlerError: there is no such module or attribute, or the import failed; with the
            traceback of the user's own code.

    """
    module_name, _, path = target.partition(":")
    if not path or not all(part.isidentifier() for part in f"{module_name}.{path}".split(".")):
        message = f"{target!r} is not an import string such as 'package.module:attribute'"
        raise HandlerError(message)
    directories = [str(directory) for directory in search_path]
    sys.path[:0] = [path for path in dict.fromkeys(directories) if path not in sys.path]
    return _resolve_attribute(_import_module(module_name, directories), path, target)


def _import_module(name: str, directories: list[str]) -> ModuleType:
    # Without this, a module written since the interpreter started may not be found.
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Another name is a missing import inside the user's module, which needs its traceback.
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise HandlerError(_describe_missing_module(name, error.name, directories)) from None
        raise _build_import_error(name, error) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the user's code, `pytest.skip` too
        raise _build_import_error(name, error) from None
    _check_module_origin(name, directories)
    return module


def _build_import_error(name: str, error: BaseException) -> HandlerError:
    message = f"importing {name!r} raised {describe_error(error)}"
    return HandlerError(message, detail=user_traceback(error))


def _describe_missing_module(name: str, missing: str, directories: list[str]) -> str:
    parent = sys.modules.get(missing.rpartition(".")[0])
    searched: Iterable[str] = directories if parent is None else getattr(parent, "__path__", ())
    hint = did_you_mean(
        missing.rpartition(".")[2], [found.name for found in pkgutil.iter_modules(searched)]
    )
    within = f" ({missing!r} is not there)" if missing != name else ""
    listed = ", ".join(dict.fromkeys(path for path in directories if path))
    where = f"in {listed} and on sys.path" if listed else "on sys.path"
    looked = f"; looked {where}" if parent is None else ""
    return f"there is no module {name!r}{within}{looked}" + (f"; {hint}" if hint else "")


def _check_module_origin(name: str, directories: list[str]) -> None:
    # Two scenario folders may each have an app.py, and `sys.modules` holds one module per name.
    top = name.partition(".")[0]
    expected = PathFinder.find_spec(top, directories)
    spec = getattr(sys.modules.get(top), "__spec__", None)
    if expected is None or expected.origin is None or spec is None:
        return
    if spec.origin != expected.origin:
        message = (
            f"the module {top!r} was already imported from {spec.origin}, so {expected.origin} "
            "cannot be imported: give one of them another name, or put it into a package"
        )
        raise HandlerError(message)


def _resolve_attribute(module: ModuleType, path: str, target: str) -> object:
    found: object = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            holder = (
                "the module" if found is module else f"an object of type {type(found).__name__!r}"
            )
            hint = did_you_mean(name, [word for word in dir(found) if not word.startswith("__")])
            message = f"{target!r} does not exist: {holder} has no attribute {name!r}"
            raise HandlerError(message + (f"; {hint}" if hint else "")) from None
    return found
