"""The flags of ``pytest-tavus serve``. Imports no package of the extra `serve`."""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """\
The server listens on 127.0.0.1 only. It prints its address and the environment variables that
point a client of Tavus at it, and runs until Ctrl-C or SIGTERM.
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    parser.epilog = EPILOG
    add("--port", type=int, default=0, metavar="N", help="the port; 0, the default, is a free one")
    add(
        "--seed",
        type=int,
        metavar="N",
        help="the number that all ids and the API key are made from; without it, ids are those of "
        "0, and the key is new at each start",
    )
    add("--env", default="prod", metavar="NAME", help="Tavus's environment: prod, stg or test")
    add("--api-key", metavar="KEY", help="a key of your own; it must begin with 'tavus_sim_'")
    add("--json", action="store_true", help="print one line of JSON instead of export lines")
    _add_conversation_flags(parser)
    _add_client_flags(parser)


def _add_conversation_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("conversations").add_argument
    add(
        "--script",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a scenario file that conversations are played from; may be repeated",
    )
    add(
        "--script-order",
        choices=("strict", "loose"),
        default="strict",
        help="'loose': a line that no script expects is answered by the next turn of the script "
        "that was followed so far, else by the first turn of the first",
    )
    add(
        "--handler",
        metavar="TARGET",
        help="the handler of API tools: 'package.module:app', a URL of this machine, or a "
        "command with {port} in it",
    )
    add("--model", metavar="NAME", help="let a language model decide for every PAL")
    add("--model-url", metavar="URL", help="its OpenAI-compatible endpoint")
    add("--model-key-env", metavar="NAME", help="the environment variable that holds its key")
    add("--model-temperature", type=float, metavar="T", help="its temperature; else its own")
    add("--model-seed", type=int, metavar="N", help="a seed, for a model that accepts seeds")
    add("--model-timeout", type=float, metavar="S", help="seconds for one answer of the model; 60")
    add(
        "--clock",
        choices=("real", "still"),
        default="real",
        help="'still': no time passes until the control plane says so",
    )
    add("--dual-roles", action="store_true", help="send what the PAL says with role 'pal' as well")
    add("--streaming", action="store_true", help="send conversation.utterance.streaming as well")


def _add_client_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what clients may do").add_argument
    add("--control", action="store_true", help="open the control plane below /_simulator")
    add(
        "--concurrency",
        type=int,
        metavar="N",
        help="how many conversations may be open at the same time",
    )
    add(
        "--local-tools",
        action="store_true",
        help="let tools have plain URLs of this machine, http://, in scripts too",
    )
    add("--auto-approve", action="store_true", help="approve every OAuth client without a question")
    add(
        "--cors",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin, such as http://localhost:5173, call /v2, /mcp and the "
        "sign-in; may be repeated",
    )
    add("--hosted", action="store_true", help="name MCP tools as Tavus's hosted server does")
