"""The composition root of the server: options in, one ASGI application out.

The only module that names concrete parts: which clock, which brain, which handler, which endpoints.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from starlette.types import ASGIApp, Scope

from pytest_tavus.handler.open import open_handler
from pytest_tavus.scenario.load.parse import load_scenarios
from pytest_tavus.scenario.text.limits import FileLimits as ScenarioLimits
from pytest_tavus.simulator.account.front import KEY_HEADER, Api
from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.account.resources.deployments import public_origins
from pytest_tavus.simulator.account.store.account import Account, AccountIds, Alarm
from pytest_tavus.simulator.mcp.client import AccountAddress
from pytest_tavus.simulator.mcp.toolbox import ToolBox
from pytest_tavus.simulator.pal.brain import Brain
from pytest_tavus.simulator.pal.llm import Model, open_model
from pytest_tavus.simulator.rooms.brains import BrainOptions
from pytest_tavus.simulator.rooms.conversations import Conversations
from pytest_tavus.simulator.rooms.opening import Opening
from pytest_tavus.simulator.rooms.played import ScriptBook
from pytest_tavus.simulator.rooms.world import LiveContext, LiveTime, LiveWire
from pytest_tavus.simulator.server.application import SiteContext, build_application
from pytest_tavus.simulator.server.control.admin import Admin, Scripts, collect_env
from pytest_tavus.simulator.server.control.endpoint import ControlPlane
from pytest_tavus.simulator.server.control.handler_slot import HandlerSlot
from pytest_tavus.simulator.server.control.time import ServerClock
from pytest_tavus.simulator.server.http.answers import HangUp, header_values
from pytest_tavus.simulator.server.http.cors import origin_of
from pytest_tavus.simulator.server.journal.journal import JOURNAL_BYTES, Journal
from pytest_tavus.simulator.server.loopback import AccountCallbacks, Loopback, LoopbackCallbacks
from pytest_tavus.simulator.server.mcp.faulty_api import FaultyApi
from pytest_tavus.simulator.server.mcp.late import SIGN_IN_PATHS, McpEndpoint, defer_endpoint
from pytest_tavus.simulator.server.options import ServerOptions
from pytest_tavus.simulator.server.rest import build_rest_endpoint
from pytest_tavus.simulator.server.room.endpoint import Rooms
from pytest_tavus.simulator.server.site import Endpoint, Site, keep_open


class ServerContext(Struct, frozen=True, kw_only=True):
    """What the composition root cannot build: the bound address, the environment, a way to cut."""

    base_url: str
    environ: Mapping[str, str]
    hang_up: HangUp


class SimulatedTavus(Struct, frozen=True, kw_only=True):
    """A running simulated Tavus, as the application and the objects behind it."""

    site: Site
    keys: ApiKeys
    admin: Admin
    app: ASGIApp
    end_streams: Callable[[], None]

    async def end_pending_work(self) -> None:
        """End every conversation, stream and wait, so that none of them delays the shutdown."""
        self.end_streams()
        await self.site.account.live.close()
        self.admin.clock.wake_all()


class _Parts(Struct, kw_only=True):
    """The parts that `_build_admin` and `_build_tavus` both use."""

    options: ServerOptions
    context: ServerContext
    scripts: Scripts
    clock: ServerClock
    keys: ApiKeys
    ids: AccountIds
    journal: Journal
    loopback: Loopback


@asynccontextmanager
async def open_simulated_tavus(
    options: ServerOptions, context: ServerContext
) -> AsyncGenerator[SimulatedTavus]:
    """Open a simulated Tavus: handler, model, account, conversations and application.

    Raises:
        ScenarioError: a script, or the model, cannot be used.
        HandlerError: the handler does not start.
        ServiceError: the account refuses the PAL of a script.

    """
    parts = _build_parts(options, context)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parts.loopback.close)
        brains, wire = await _open_brains_and_wire(parts, stack)
        admin = _build_admin(parts, brains, wire, stack)
        await admin.reset()
        tavus, endpoints = _build_tavus(parts, admin)
        await stack.enter_async_context(keep_open(endpoints))
        yield tavus


def _build_parts(options: ServerOptions, context: ServerContext) -> _Parts:
    ids = AccountIds(seed=options.seed or 0)
    keys = ApiKeys(seed=options.seed, environment=options.environment, first=options.api_key)
    limits = ScenarioLimits(local_tools=options.account.local_tools)
    scripts = tuple(
        scenario
        for path in options.scripts
        for scenario in load_scenarios(options.root / path, root=options.root, limits=limits)
    )
    env = collect_env(scripts, context.environ)
    loopback = Loopback()
    start = partial(open_handler, root=options.root, environ=context.environ)
    return _Parts(
        options=options,
        context=context,
        scripts=Scripts(scripts=scripts, env=env, handler_slot=HandlerSlot(loopback, start)),
        clock=ServerClock(options.clock),
        keys=keys,
        ids=ids,
        # Without a control plane, no client can read the journal.
        journal=Journal(
            secrets=(*keys.all(), *env.values()), most_bytes=JOURNAL_BYTES if options.control else 0
        ),
        loopback=loopback,
    )


async def _open_brains_and_wire(
    parts: _Parts, stack: AsyncExitStack
) -> tuple[BrainOptions, LiveWire]:
    options, environ = parts.options, parts.context.environ
    brains = BrainOptions(
        scripts=ScriptBook(), env=parts.scripts.env, script_order=options.script_order
    )
    handler_slot = parts.scripts.handler_slot
    stack.push_async_callback(handler_slot.close)
    if options.handler is not None:
        await handler_slot.pin(options.handler)
    wire = LiveWire(
        callbacks=LoopbackCallbacks(parts.loopback, note=parts.journal.note), handler=handler_slot
    )
    if options.model is not None:
        model = open_model(options.model, environ)
        stack.push_async_callback(model.close)
        brains = replace(brains, brains=(partial(_build_brain, model),))
        wire = replace(wire, filling=model.fill)
    return brains, wire


def _build_brain(model: Model, opening: Opening) -> Brain:
    return model.brain(opening.pal)


def _build_admin(
    parts: _Parts, brains: BrainOptions, wire: LiveWire, stack: AsyncExitStack
) -> Admin:
    options, clock = parts.options, parts.clock
    live_context = LiveContext(
        seed=options.seed or 0,
        time=LiveTime(clock=clock, epoch=clock.epoch),
        brain_options=brains,
        wire=wire,
        options=options.live,
    )
    live = Conversations(live_context)
    stack.push_async_callback(live.close)
    callbacks = AccountCallbacks(wire.callbacks)
    stack.push_async_callback(callbacks.close)
    account = Account(
        ids=parts.ids,
        now=clock.epoch,
        live=live,
        scripts=brains.scripts,
        options=replace(options.account, room_url=f"{parts.context.base_url}/rooms"),
    )
    account.callbacks = callbacks
    account.alarm = Alarm(clock)
    stack.push_async_callback(account.alarm.cancel)
    return Admin(account, live, scripts=parts.scripts, clock=clock, journal=parts.journal)


def _build_tavus(parts: _Parts, admin: Admin) -> tuple[SimulatedTavus, tuple[Endpoint, ...]]:
    options, base_url = parts.options, parts.context.base_url
    account, hang_up = admin.account, parts.context.hang_up
    api = Api(account, keys=parts.keys)
    site = Site(
        base_url=base_url,
        options=options,
        account=account,
        api=api,
        monotonic_epoch=parts.clock.monotonic_epoch,
    )
    faulty_api = FaultyApi(
        account, faults=admin.faults, sleep=parts.clock.sleep, note=parts.journal.note
    )
    mcp = defer_endpoint(partial(_build_mcp, site, faulty_api, parts))
    admin.on_reset += [parts.keys.revoke_issued, mcp.end_sign_ins]
    rooms = Rooms(site, now=time.monotonic, hang_up=hang_up, malformed=admin.malformed)
    control = ControlPlane(admin, keys=parts.keys, tools_changed=mcp.notify_tools_changed)
    control_endpoints = (control.endpoint(),) if options.control else ()
    endpoints = (build_rest_endpoint(api), rooms.endpoint(), mcp.endpoint, *control_endpoints)
    context = SiteContext(
        limits=options.limits,
        clock=parts.clock,
        journal=parts.journal,
        faults=admin.faults,
        hang_up=hang_up,
        is_authenticated=partial(_is_authenticated, parts.keys, mcp.accepts_token),
        origins=tuple(origin_of(origin) for origin in options.cors),
        public=partial(public_origins, account),
    )
    tavus = SimulatedTavus(
        site=site,
        keys=parts.keys,
        admin=admin,
        app=build_application(endpoints, context),
        end_streams=mcp.end_streams,
    )
    return tavus, endpoints


def _is_authenticated(keys: ApiKeys, is_token: Callable[[str], bool], scope: Scope) -> bool:
    """Tell whether a request carries a key of the account, or an access token."""
    if scope["path"] in SIGN_IN_PATHS:
        return False  # the sign-in asks for no key, and its forms are small
    sent_keys = [value.decode("latin-1") for value in header_values(scope, KEY_HEADER.encode())]
    bearers = [
        value.decode("latin-1").partition(" ")[2]
        for value in header_values(scope, b"authorization")
    ]
    return any(map(keys.accepts, (*sent_keys, *bearers))) or any(map(is_token, bearers))


def _build_mcp(site: Site, api: Api, parts: _Parts) -> McpEndpoint:
    # The MCP SDK takes as long to import as the rest of the server, so only its clients pay for it.
    from pytest_tavus.simulator.server.mcp.hosted import build_hosted_mcp

    return build_hosted_mcp(
        site, _build_tool_box(site, api), keys=parts.keys, note=parts.journal.note
    )


def _build_tool_box(site: Site, api: Api) -> ToolBox:
    address = AccountAddress(
        environment=site.options.environment.upper(),
        api_url=f"{site.base_url}/v2",
        maker_url=site.base_url,
    )
    return ToolBox(api, hosted_names=site.options.hosted_names, address=address)
