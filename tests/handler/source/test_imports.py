from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.open import open_handler
from tests.handler.requests import read_json, send_request, spec

ASGI = """
class App:
    async def __call__(self, scope, receive, send):
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"from": "%s"}'})

app = App()

def make():
    return app

async def make_later():
    return app

class Shop:
    inner = app

def nothing_there(one):
    return one

def broken():
    raise ValueError("no configuration")

number = 7
"""


@pytest.fixture(autouse=True)
def unchanged_imports() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "tavus_shop.py").write_text(ASGI % "shop")
    package = tmp_path / "tavus_apps"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "orders.py").write_text(ASGI % "orders")
    return tmp_path


def call_app(root: Path, **fields: Any) -> Any:
    async def conversation() -> Any:
        handler = await open_handler(spec(**fields), root=root, environ={})
        try:
            return read_json(await send_request(handler))
        finally:
            await handler.close()

    return asyncio.run(conversation())


def find_error(root: Path, **fields: Any) -> HandlerError:
    with pytest.raises(HandlerError) as caught:
        call_app(root, **fields)
    return caught.value


@pytest.mark.parametrize(
    "fields",
    [
        {"app": "tavus_shop:app"},
        {"app": "tavus_shop:Shop.inner"},
        {"app": "tavus_shop:make", "factory": True},
        {"app": "tavus_shop:make_later", "factory": True},
        {"app": "tavus_shop:App", "factory": True},
        {"app": "tavus_shop:app", "interface": "asgi"},
    ],
)
def test_an_import_string_names_an_application_or_its_factory(
    shop: Path, fields: dict[str, Any]
) -> None:
    assert call_app(shop, **fields) == {"from": "shop"}


def test_a_module_in_a_package_is_found(shop: Path) -> None:
    assert call_app(shop, app="tavus_apps.orders:app") == {"from": "orders"}


def test_the_search_path_comes_first_and_stays(shop: Path) -> None:
    nearer = shop / "scenarios"
    nearer.mkdir()
    (nearer / "tavus_shop.py").write_text(ASGI % "nearer")

    assert call_app(shop, app="tavus_shop:app", search_path=("scenarios",)) == {"from": "nearer"}
    assert sys.path[:2] == [str(nearer), str(shop)]
    call_app(shop, app="tavus_shop:app", search_path=("scenarios",))
    assert sys.path.count(str(nearer)) == 1


def test_a_module_of_the_same_name_from_elsewhere_is_refused(shop: Path) -> None:
    call_app(shop, app="tavus_shop:app")
    other = shop / "other"
    other.mkdir()
    (other / "tavus_shop.py").write_text(ASGI % "other")

    error = find_error(shop, app="tavus_shop:app", search_path=("other",))
    assert error.message == (
        f"the module 'tavus_shop' was already imported from {shop / 'tavus_shop.py'}, so "
        f"{other / 'tavus_shop.py'} cannot be imported: give one of them another name, or put it "
        "into a package"
    )


@pytest.mark.parametrize("target", ["tavus_shop", "tavus_shop:", ":app", "a/b.py:app", "a:b:c"])
def test_a_malformed_import_string_is_refused(shop: Path, target: str) -> None:
    message = f"{target!r} is not an import string such as 'package.module:attribute'"
    assert find_error(shop, app=target).message == message


def test_a_missing_module_is_named_with_the_closest_name(shop: Path) -> None:
    assert find_error(shop, app="tavus_shopp:app").message == (
        f"there is no module 'tavus_shopp'; looked in {shop} and on sys.path; "
        "did you mean 'tavus_shop'?"
    )
    assert find_error(shop, app="tavus_apps.order:app").message == (
        "there is no module 'tavus_apps.order'; did you mean 'orders'?"
    )
    assert find_error(shop, app="elsewhere.order:app").message == (
        "there is no module 'elsewhere.order' ('elsewhere' is not there); "
        f"looked in {shop} and on sys.path"
    )


def test_a_missing_attribute_is_named_with_the_closest_name(shop: Path) -> None:
    assert find_error(shop, app="tavus_shop:ap").message == (
        "'tavus_shop:ap' does not exist: the module has no attribute 'ap'; did you mean 'app'?"
    )
    assert find_error(shop, app="tavus_shop:app.inside").message == (
        "'tavus_shop:app.inside' does not exist: an object of type 'App' has no attribute 'inside'"
    )


def test_an_import_that_fails_shows_the_users_frames_only(shop: Path) -> None:
    (shop / "tavus_broken.py").write_text("import tavus_inner\n")
    (shop / "tavus_inner.py").write_text("import json\njson.loads('{')\n")

    error = find_error(shop, app="tavus_broken:app")
    assert error.message.startswith("importing 'tavus_broken' raised JSONDecodeError: ")
    lines = str(error.detail).splitlines()
    assert lines[:5] == [
        "Traceback (most recent call last):",
        f'  File "{shop / "tavus_broken.py"}", line 1, in <module>',
        "    import tavus_inner",
        f'  File "{shop / "tavus_inner.py"}", line 2, in <module>',
        "    json.loads('{')",
    ]
    assert "pytest_tavus" not in str(error.detail)
    assert "importlib" not in str(error.detail)


def test_a_missing_dependency_is_a_failing_import(shop: Path) -> None:
    (shop / "tavus_needy.py").write_text("import tavus_not_installed\n")
    error = find_error(shop, app="tavus_needy:app")
    assert error.message == (
        "importing 'tavus_needy' raised ModuleNotFoundError: No module named 'tavus_not_installed'"
    )
    assert "tavus_needy.py" in str(error.detail)


def test_a_syntax_error_shows_its_line(shop: Path) -> None:
    (shop / "tavus_typo.py").write_text("def (\n")
    error = find_error(shop, app="tavus_typo:app")
    assert (
        error.message
        == "importing 'tavus_typo' raised SyntaxError: invalid syntax (tavus_typo.py, line 1)"
    )
    assert f'File "{shop / "tavus_typo.py"}", line 1' in str(error.detail)


def test_a_module_that_exits_does_not_end_the_run(shop: Path) -> None:
    (shop / "tavus_exit.py").write_text("raise SystemExit('no configuration')\n")
    error = find_error(shop, app="tavus_exit:app")
    assert error.message == "importing 'tavus_exit' raised SystemExit: no configuration"


def test_a_module_that_skips_does_not_skip_the_scenario(shop: Path) -> None:
    (shop / "tavus_skip.py").write_text("import pytest\npytest.importorskip('no_such_library')\n")
    error = find_error(shop, app="tavus_skip:app")
    assert error.message.startswith("importing 'tavus_skip' raised Skipped: could not import")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("number", "'tavus_shop:number' is not callable: it is a value of type 'int'"),
        (
            "App",
            (
                "'tavus_shop:App' is a class, not an application: "
                "set 'factory: true' to have it called"
            ),
        ),
        (
            "make",
            (
                "'tavus_shop:make' takes no arguments: set 'factory: true' if it returns the "
                "application"
            ),
        ),
        (
            "nothing_there",
            (
                "the parameters of 'tavus_shop:nothing_there' fit both an ASGI and a WSGI "
                "application: set 'interface: asgi' or 'interface: wsgi'"
            ),
        ),
    ],
)
def test_an_object_that_is_no_application_is_refused(shop: Path, target: str, message: str) -> None:
    assert find_error(shop, app=f"tavus_shop:{target}").message == message


def test_a_factory_that_fails_shows_its_frames(shop: Path) -> None:
    error = find_error(shop, app="tavus_shop:broken", factory=True)
    assert error.message == "the factory 'tavus_shop:broken' raised ValueError: no configuration"
    assert "tavus_shop.py" in str(error.detail)
    assert "pytest_tavus" not in str(error.detail)

    error = find_error(shop, app="tavus_shop:number", factory=True)
    assert error.message == (
        "the factory 'tavus_shop:number' is not callable: it is a value of type 'int'"
    )


def test_several_kinds_of_handler_at_once_are_refused(shop: Path) -> None:
    error = find_error(shop, app="tavus_shop:app", url="http://localhost")
    assert error.message == (
        "a handler has one of app, command and url, but this handler has app and url"
    )
