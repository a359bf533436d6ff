"""Is the browser of a person who signs in: opens a page, and does what the page's script does.

Run as ``BROWSER="python browser.py %s &"``. It goes where it is sent, and tries again where nobody
answers yet, as a person would. The page of the command line's sign-in has a key in it, which goes
to the waiting client, and, so that a test can use it, into the file ``key``.
"""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin

SECONDS = 20.0


class Staying(urllib.request.HTTPRedirectHandler):
    """Goes nowhere by itself."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def opened(url: str) -> str:
    """Return the page that an address leads to in the end."""
    opener = urllib.request.build_opener(Staying)
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with opener.open(url, timeout=SECONDS) as answer:
                return str(answer.read().decode())
        except HTTPError as answer:
            if not answer.headers["location"]:
                raise
            url = urljoin(url, answer.headers["location"])
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main(url: str) -> None:
    """Open a page, and send what it holds to where it says."""
    found = re.search(r'<script type="application/json" id="login">(.*?)</script>', opened(url))
    if found is None:
        return
    login = json.loads(found[1])
    Path("key").write_text(login["payload"]["api_key"], encoding="utf-8")
    request = urllib.request.Request(
        login["callback"],
        data=json.dumps(login["payload"]).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=SECONDS).close()


main(sys.argv[1])
