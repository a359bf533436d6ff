"""Replaces `daily` (daily-python), and joins the rooms of a simulated Tavus.

It runs in the environment of a client of Tavus, so it imports only the standard library and
`websockets`. It transports app messages, but neither audio nor video. Names and parameters equal
those of daily-python, so code for daily-python runs unchanged.
"""

from __future__ import annotations

import json
import queue
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from .handler import EventHandler, Fields
from .trouble import MISSING, RoomError

if TYPE_CHECKING:
    from .room import JoinedRoom

__all__ = ["CallClient", "Daily", "EventHandler"]

PAL_EVENTS = frozenset(
    {"system.replica_joined", "system.replica_present", "system.pal_joined", "system.pal_present"}
)
"""The first of these events announces the PAL as a participant."""

_LEAVE_SECONDS = 5.0

JoinCompletion = Callable[[Fields | None, str | None], None]
Completion = Callable[[str | None], None]
_Job = Callable[[], object]


class Daily:
    """The process-wide functions of daily-python. They have no effect here."""

    @staticmethod
    def init(*, virtual_devices: bool = False, worker_threads: int = 2, **_: object) -> None:
        """Do nothing: `virtual_devices` and `worker_threads` are for media."""
        del virtual_devices, worker_threads

    @staticmethod
    def deinit() -> None:
        """Do nothing."""


class CallClient:
    """One participant. Callbacks run one after the other, on a thread of the client."""

    def __init__(self, event_handler: EventHandler | None = None) -> None:
        self._handler = EventHandler() if event_handler is None else event_handler
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._id = str(uuid.uuid4())
        self._room: JoinedRoom | None = None
        self._pal: Fields | None = None
        self._state = "initialized"
        self._released = False
        self._worker = threading.Thread(target=self._run_jobs, name="daily-callbacks", daemon=True)
        self._worker.start()

    def join(
        self,
        meeting_url: str,
        meeting_token: str | None = None,
        client_settings: Fields | None = None,
        *,
        completion: JoinCompletion | None = None,
    ) -> None:
        """Join a room in the background.

        `completion` is called with ``(data, error)``; without it, an error goes to `on_error`.
        `client_settings` configures media and is ignored.
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
        """Leave the room. Returns when the connection is closed."""
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
        """Leave the room and end the thread. Later calls raise ``RuntimeError``."""
        if self._released:
            return
        self.leave()
        self._released = True
        self._jobs.put(None)
        if threading.current_thread() is not self._worker:
            self._worker.join(timeout=_LEAVE_SECONDS)

    def send_app_message(
        self,
        message: object,
        participant: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Send an app message to every participant.

        A simulated room cannot address a single participant, so `participant` is ignored.
        `completion` is called with the error or `None`; without it, an error goes to `on_error`.

        Raises:
            ValueError: the message is `None`, or not JSON data.

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
        failure = "this client has not joined a room" if room is None else room.send(text)
        if completion is not None:
            self._jobs.put(lambda: completion(failure))
        elif failure is not None:
            self._queue_callback("on_error", failure)

    def participants(self) -> dict[str, Fields]:
        """Return the participants: this client as ``local``, and the PAL by its id."""
        found = {"local": _participant(self._id, "", local=True)}
        if self._pal is not None:
            found[self._pal["id"]] = self._pal
        return found

    def participant_counts(self) -> dict[str, int]:
        return {"present": len(self.participants()), "hidden": 0}

    def _enter(self, url: str, token: str | None, completion: JoinCompletion | None) -> None:
        """Open the room, and read messages until it closes. Runs on a thread of its own."""
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
        # Callbacks wait until the first messages are queued together. Otherwise a client that sees
        # the PAL join could speak before the greeting arrives, and take the greeting for the reply.
        all_queued = threading.Event()
        self._jobs.put(all_queued.wait)
        try:
            for text in room.first:
                self._handle_message(text)
        finally:
            all_queued.set()
        for text in room:
            self._handle_message(text)
        with self._lock:
            if self._room is not room:
                return  # `leave` has reported it already
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

    def _call_completion(
        self, completion: JoinCompletion | None, data: Fields | None, error: str | None
    ) -> None:
        if completion is not None:
            completion(data, error)
        elif error is not None:
            self._handler.on_error(error)

    def _queue_callback(self, callback: str, *arguments: object) -> None:
        self._jobs.put(lambda: getattr(self._handler, callback)(*arguments))

    def _run_jobs(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - later callbacks run in any case
                threading.excepthook(
                    threading.ExceptHookArgs(
                        (type(error), error, error.__traceback__, self._worker)
                    )
                )

    def _require_unreleased(self) -> None:
        if self._released:
            raise RuntimeError("this client has been released")


def _open_room(url: str, token: str | None) -> JoinedRoom:
    """Join a room.

    Raises:
        RoomError: `websockets` is missing, or the room cannot be joined.

    """
    # Imported late, so that a client without `websockets` gets an error that names the package.
    try:
        from .room import open_room
    except ImportError:
        raise RoomError(MISSING) from None
    return open_room(url, token)


def _participant(identity: str, name: str, *, local: bool) -> Fields:
    return {"id": identity, "info": {"userName": name, "isLocal": local, "isOwner": False}}
