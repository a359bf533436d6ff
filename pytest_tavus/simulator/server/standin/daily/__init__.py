"""Stands in for `daily` (daily-python), and joins the rooms of a simulated Tavus.

It is put on the PYTHONPATH of a client of Tavus, in that client's own environment, so it imports
the standard library and `websockets` and nothing else. It carries app messages; there is no sound
and no picture. Names and parameters are daily-python's, so that code written for one runs on the
other.
"""

from __future__ import annotations

import json
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .handler import EventHandler
from .trouble import MISSING, RoomError

if TYPE_CHECKING:
    from .room import JoinedRoom

__all__ = ["CallClient", "Daily", "EventHandler"]

PAL_EVENTS = frozenset(
    {"system.replica_joined", "system.replica_present", "system.pal_joined", "system.pal_present"}
)
"""With the first of these the PAL is taken to be in the room."""

_LEAVE_SECONDS = 5.0

Completion = Callable[..., None]
_Job = Callable[[], object]


class Daily:
    """The process-wide part of daily-python. Here there is nothing to set up."""

    @staticmethod
    def init(*, virtual_devices: bool = False, worker_threads: int = 2, **_: Any) -> None:
        """Do nothing: `virtual_devices` and `worker_threads` are for media."""
        del virtual_devices, worker_threads

    @staticmethod
    def deinit() -> None:
        """Do nothing."""


class CallClient:
    """One participant. Callbacks come one after the other, on a thread of the client's own."""

    def __init__(self, event_handler: EventHandler | None = None) -> None:
        self._handler = EventHandler() if event_handler is None else event_handler
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._id = str(uuid.uuid4())
        self._room: JoinedRoom | None = None
        self._pal: dict[str, Any] | None = None
        self._state = "initialized"
        self._released = False
        self._worker = threading.Thread(target=self._run_jobs, name="daily-callbacks", daemon=True)
        self._worker.start()

    def join(
        self,
        meeting_url: str,
        meeting_token: str | None = None,
        client_settings: Mapping[str, Any] | None = None,
        *,
        completion: Completion | None = None,
    ) -> None:
        """Join a room in the background.

        `completion` hears ``(data, error)``; without it, an error goes to `on_error`.
        `client_settings` is for media and is not looked at.
        """
        del client_settings
        self._require_unreleased()
        with self._lock:
            if self._state in {"joining", "joined"}:
                error = f"this client is {self._state} already"
                self._jobs.put(lambda: self._call_completion(completion, None, error))
                return
            self._state = "joining"
        self._queue_callback("on_call_state_updated", "joining")
        threading.Thread(
            target=self._enter,
            args=(meeting_url, meeting_token, completion),
            name="daily-room",
            daemon=True,
        ).start()

    def leave(self, completion: Completion | None = None) -> None:
        """Leave the room. Returns when the server knows."""
        self._require_unreleased()
        with self._lock:
            room, self._room = self._room, None
        if room is not None:
            self._queue_callback("on_call_state_updated", "leaving")
            room.close()
            self._mark_left()
        if completion is not None:
            self._jobs.put(lambda: completion(None))

    def release(self) -> None:
        """Give everything back. The client is of no use afterwards."""
        if self._released:
            return
        self.leave()
        self._released = True
        self._jobs.put(None)
        if threading.current_thread() is not self._worker:
            self._worker.join(timeout=_LEAVE_SECONDS)

    def send_app_message(
        self,
        message: Any,
        participant: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Send an app message to everybody in the room.

        A simulated room passes on nothing to a single participant, so `participant` is not looked
        at. `completion` hears the error, or `None`; without it, an error goes to `on_error`.

        Raises:
            ValueError: the message is `None`, or no JSON data.

        """
        del participant
        self._require_unreleased()
        if message is None:
            raise ValueError("an app message cannot be None")
        try:
            text = message if isinstance(message, str) else json.dumps(message)
        except TypeError as error:
            problem = f"an app message must be JSON data: {error}"
            raise ValueError(problem) from None
        room = self._room
        refused = "this client has not joined a room" if room is None else room.send(text)
        if completion is not None:
            self._jobs.put(lambda: completion(refused))
        elif refused is not None:
            self._queue_callback("on_error", refused)

    def participants(self) -> dict[str, Any]:
        """Return who is in the room: ``local``, and the PAL by its id."""
        found = {"local": self._local_participant()}
        if self._pal is not None:
            found[self._pal["id"]] = self._pal
        return found

    def participant_counts(self) -> dict[str, int]:
        """Return how many are in the room."""
        return {"present": len(self.participants()), "hidden": 0}

    def _enter(self, url: str, token: str | None, completion: Completion | None) -> None:
        """Open the room, then read it until it ends. Runs on a thread of its own."""
        try:
            room = _open_room(url, token)
        except RoomError as error:
            problem = str(error)
            self._state = "left"
            self._jobs.put(lambda: self._call_completion(completion, None, problem))
            self._queue_callback("on_call_state_updated", "left")
            return
        with self._lock:
            self._room, self._state = room, "joined"
        data = {"participants": self.participants(), "meetingSession": {"id": self._id}}
        self._queue_callback("on_call_state_updated", "joined")
        self._jobs.put(lambda: self._call_completion(completion, data, None))
        # All of it is told in one go: a client that knows from it that the PAL is there would else
        # speak while the greeting is still on its way, and now and then take it for the reply.
        heard = threading.Event()
        self._jobs.put(heard.wait)
        try:
            for text in room.first:
                self._handle_message(text)
        finally:
            heard.set()
        for text in room:
            self._handle_message(text)
        with self._lock:
            if self._room is not room:
                return  # left by the client itself
            self._room = None
        self._mark_left()
        if room.problem is not None:
            self._queue_callback("on_error", room.problem)

    def _handle_message(self, text: str) -> None:
        message = json.loads(text)
        if message.get("event_type") in PAL_EVENTS and self._pal is None:
            self._pal = _participant(str(uuid.uuid4()), "PAL", local=False)
            self._queue_callback("on_participant_joined", self._pal)
        self._queue_callback(
            "on_app_message", message, "" if self._pal is None else self._pal["id"]
        )

    def _mark_left(self) -> None:
        self._state = "left"
        pal, self._pal = self._pal, None
        if pal is not None:
            self._queue_callback("on_participant_left", pal, "leftCall")
        self._queue_callback("on_call_state_updated", "left")

    def _local_participant(self) -> dict[str, Any]:
        return _participant(self._id, "", local=True)

    def _call_completion(self, completion: Completion | None, data: Any, error: str | None) -> None:
        if completion is not None:
            completion(data, error)
        elif error is not None:
            self._handler.on_error(error)

    def _queue_callback(self, callback: str, *given: Any) -> None:
        self._jobs.put(lambda: getattr(self._handler, callback)(*given))

    def _run_jobs(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the user's callback; the next one still comes
                threading.excepthook(
                    threading.ExceptHookArgs(
                        (type(error), error, error.__traceback__, self._worker)
                    )
                )

    def _require_unreleased(self) -> None:
        if self._released:
            raise RuntimeError("this client has been released")


def _open_room(url: str, token: str | None) -> JoinedRoom:
    """Join a room, with what only a room needs.

    Raises:
        RoomError: `websockets` is missing, or the room cannot be joined.

    """
    try:
        from .room import open_room
    except ImportError:
        raise RoomError(MISSING) from None
    return open_room(url, token)


def _participant(identity: str, name: str, *, local: bool) -> dict[str, Any]:
    return {"id": identity, "info": {"userName": name, "isLocal": local, "isOwner": False}}
