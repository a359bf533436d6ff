"""The variables that point a client at the server, as the official client reads them."""

from __future__ import annotations

import subprocess

import pytest

from pytest_tavus.simulator.server.environment import render_exports, standin_directory, variables

BASE = "http://127.0.0.1:8123"
KEY = "tavus_sim_stg_12345678"


@pytest.mark.fidelity("door.environment")
def test_every_url_of_the_official_client_points_here() -> None:
    assert variables(BASE, api_key=KEY, environment="stg") == {
        "TAVUS_API_KEY": KEY,
        "TAVUS_ENV": "STG",
        "TAVUS_PUBLIC_API_BASE_URL": f"{BASE}/v2",
        "TAVUS_PORTAL_API_BASE_URL": f"{BASE}/portal/api",
        "TAVUS_DEV_PORTAL_URL": BASE,
        "TAVUS_PAL_MAKER_URL": BASE,
        "PYTHONPATH": str(standin_directory()),
    }


def test_the_stand_in_is_where_python_will_look_for_it() -> None:
    assert (standin_directory() / "daily" / "__init__.py").is_file()


@pytest.mark.parametrize(("before", "after"), [("", "/a b"), ("/mine", "/a b:/mine")])
def test_a_shell_understands_the_lines(before: str, after: str) -> None:
    lines = render_exports({"ONE": "it's", "PYTHONPATH": "/a b"})
    told = subprocess.run(
        ["/bin/sh", "-c", f'{lines}printf "%s|%s" "$ONE" "$PYTHONPATH"'],
        env={"PYTHONPATH": before},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout

    assert told == f"it's|{after}"
