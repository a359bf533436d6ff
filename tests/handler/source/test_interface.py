from __future__ import annotations

import functools
from typing import Any

import pytest
from flask import Flask
from starlette.applications import Starlette

from pytest_tavus.errors import HandlerError
from pytest_tavus.handler.source.source import interface_of


async def asgi_function(scope: Any, receive: Any, send: Any) -> None: ...


def asgi_by_parameters(scope: Any, receive: Any, send: Any) -> Any: ...


def wsgi_function(environ: Any, start_response: Any) -> Any: ...


def anything(*several: Any) -> Any: ...


def one(single: Any) -> Any: ...


class AsgiObject:
    async def __call__(self, *args: Any) -> None: ...


class WsgiObject:
    def __call__(self, environ: Any, start_response: Any) -> Any: ...


@pytest.mark.parametrize(
    ("app", "interface"),
    [
        (asgi_function, "asgi"),
        (functools.partial(asgi_function), "asgi"),
        (asgi_by_parameters, "asgi"),
        (AsgiObject(), "asgi"),
        (AsgiObject().__call__, "asgi"),
        (Starlette(), "asgi"),
        (wsgi_function, "wsgi"),
        (functools.partial(asgi_by_parameters, 1), "wsgi"),
        (WsgiObject(), "wsgi"),
        (Flask("shop"), "wsgi"),
        (Flask("shop").wsgi_app, "wsgi"),
    ],
)
def test_the_interface_follows_from_the_object(app: Any, interface: str) -> None:
    assert interface_of(app, name="it") == interface


@pytest.mark.parametrize("app", [anything, one, max])
def test_an_ambiguous_interface_must_be_set(app: Any) -> None:
    with pytest.raises(HandlerError) as caught:
        interface_of(app, name="it")
    assert caught.value.message == (
        "the parameters of it fit both an ASGI and a WSGI application: "
        "set 'interface: asgi' or 'interface: wsgi'"
    )
