"""The composition root of the server: options in, one ASGI application out.

The one place that names concrete parts: which clock, which brain, which handler, which doors.
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
from pytest_tavus.simulator.server.application import SiteContext, application
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
    """What a server is given from outside."""

    base_url: str
    environ: Mapping[str, str]
    hang_up: HangUp


class SimulatedTavus(Struct, frozen=True, kw_only=True):
    """One simulated Tavus, ready to be asked."""

    site: Site
    keys: ApiKeys
    admin: Admin
    app: ASGIApp
    end_streams: Callable[[], None]

    async def end_pending_work(self) -> None:
        """End every conversation, every stream and every wait, so that nothing holds up the end."""
        self.end_streams()
        await self.site.account.live.close()
        self.admin.clock.wake_all()


class _Parts(Struct, kw_only=True):
    """What is made on the way."""

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
    options: ServerOptions, outside: ServerContext
) -> AsyncGenerator[SimulatedTavus]:
    """Open everything there is of a simulated Tavus, for as long as the context is open.

    Raises:
        ScenarioError: a script, or the model, cannot be used.
        HandlerError: the handler does not start.
        ServiceError: a script's PAL cannot be brought into the account.

    """
    parts = _build_parts(options, outside)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parts.loopback.close)
        minds, wire = await _open_brains_and_wire(parts, stack)
        admin = _build_admin(parts, minds, wire, stack)
        await admin.reset()
        tavus, doors = _build_tavus(parts, admin)
        await stack.enter_async_context(keep_open(doors))
        yield tavus


def _build_parts(options: ServerOptions, outside: ServerContext) -> _Parts:
    ids = AccountIds(seed=options.seed or 0)
    keys = ApiKeys(seed=options.seed, environment=options.environment, first=options.api_key)
    limits = ScenarioLimits(local_tools=options.account.local_tools)
    scripts = tuple(
        scenario
        for path in options.scripts
        for scenario in load_scenarios(options.root / path, root=options.root, limits=limits)
    )
    env = collect_env(scripts, outside.environ)
    loopback = Loopback()
    start = partial(open_handler, root=options.root, environ=outside.environ)
    return _Parts(
        options=options,
        context=outside,
        scripts=Scripts(scripts=scripts, env=env, handler_slot=HandlerSlot(loopback, start)),
        clock=ServerClock(options.clock),
        keys=keys,
        ids=ids,
        # Without a control plane, nobody could read what a journal keeps.
        journal=Journal(
            secrets=(*keys.all(), *env.values()), most_bytes=JOURNAL_BYTES if options.control else 0
        ),
        loopback=loopback,
    )


async def _open_brains_and_wire(
    parts: _Parts, stack: AsyncExitStack
) -> tuple[BrainOptions, LiveWire]:
    """Start what decides for the PALs, and what takes their calls."""
    options, environ = parts.options, parts.context.environ
    minds = BrainOptions(
        scripts=ScriptBook(), env=parts.scripts.env, script_order=options.script_order
    )
    handling = parts.scripts.handler_slot
    stack.push_async_callback(handling.close)
    if options.handler is not None:
        await handling.pin(options.handler)
    wire = LiveWire(
        callbacks=LoopbackCallbacks(parts.loopback, note=parts.journal.note), handler=handling
    )
    if options.model is not None:
        model = open_model(options.model, environ)
        stack.push_async_callback(model.close)
        minds = replace(minds, brains=(partial(_brain, model),))
        wire = replace(wire, filling=model.fill)
    return minds, wire


def _brain(model: Model, opening: Opening) -> Brain:
    return model.brain(opening.pal)


def _build_admin(
    parts: _Parts, minds: BrainOptions, wire: LiveWire, stack: AsyncExitStack
) -> Admin:
    """Make the account and its conversations."""
    options, clock = parts.options, parts.clock
    live_context = LiveContext(
        seed=options.seed or 0,
        time=LiveTime(clock=clock, epoch=clock.epoch),
        brain_options=minds,
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
        scripts=minds.scripts,
        options=replace(options.account, room_url=f"{parts.context.base_url}/rooms"),
    )
    account.callbacks = callbacks
    account.alarm = Alarm(clock)
    stack.push_async_callback(account.alarm.cancel)
    return Admin(account, live, repertoire=parts.scripts, clock=clock, journal=parts.journal)


def _build_tavus(parts: _Parts, admin: Admin) -> tuple[SimulatedTavus, tuple[Endpoint, ...]]:
    """Open the doors, and put everything in front of them."""
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
    inward = FaultyApi(
        account, faults=admin.faults, sleep=parts.clock.sleep, note=parts.journal.note
    )
    mcp = defer_endpoint(partial(_build_mcp, site, inward, parts))
    admin.on_reset += [parts.keys.revoke_issued, mcp.end_sign_ins]
    rooms = Rooms(site, now=time.monotonic, hang_up=hang_up, malformed=admin.malformed)
    control = ControlPlane(admin, keys=parts.keys, tools_changed=mcp.notify_tools_changed)
    behind = (control.endpoint(),) if options.control else ()
    doors = (build_rest_endpoint(api), rooms.endpoint(), mcp.endpoint, *behind)
    front = SiteContext(
        limits=options.limits,
        clock=parts.clock,
        journal=parts.journal,
        faults=admin.faults,
        hang_up=hang_up,
        is_authenticated=partial(_is_authenticated, parts.keys, mcp.accepts_token),
        origins=tuple(origin_of(each) for each in options.cors),
        public=partial(public_origins, account),
    )
    tavus = SimulatedTavus(
        site=site,
        keys=parts.keys,
        admin=admin,
        app=application(doors, front),
        end_streams=mcp.end_streams,
    )
    return tavus, doors


def _is_authenticated(keys: ApiKeys, is_token: Callable[[str], bool], scope: Scope) -> bool:
    """Tell whether a request names a key of the account, or an access token.

    At the sign-in nobody does: it asks for no key, and its forms are small.
    """
    if scope["path"] in SIGN_IN_PATHS:
        return False
    named = [each.decode("latin-1") for each in header_values(scope, KEY_HEADER.encode())]
    bearers = [
        each.decode("latin-1").partition(" ")[2] for each in header_values(scope, b"authorization")
    ]
    return any(map(keys.accepts, (*named, *bearers))) or any(map(is_token, bearers))


def _build_mcp(site: Site, api: Api, parts: _Parts) -> McpEndpoint:
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
