"""What a client of `daily` may want to hear. A simulated room brings about the fewest of these."""

from __future__ import annotations

from typing import Any


class EventHandler:
    """Hears everything and does nothing: a subclass takes what it wants."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """Take whatever a subclass is made with, as daily-python does."""
        return super().__new__(cls)

    def on_active_speaker_changed(self, participant: Any) -> None:
        """Hear that the active speaker changed."""

    def on_app_message(self, message: Any, sender: Any) -> None:
        """Hear that somebody sent an app message."""

    def on_available_devices_updated(self, available_devices: Any) -> None:
        """Hear that a device was plugged in or removed."""

    def on_call_state_updated(self, state: Any) -> None:
        """Hear that the state of the call changed."""

    def on_dialin_connected(self, data: Any) -> None:
        """Hear that a dial-in was connected."""

    def on_dialin_error(self, data: Any) -> None:
        """Hear that a dial-in failed."""

    def on_dialin_ready(self, sip_endpoint: Any) -> None:
        """Hear that dial-in is ready."""

    def on_dialin_stopped(self, data: Any) -> None:
        """Hear that a dial-in ended."""

    def on_dialin_warning(self, data: Any) -> None:
        """Hear that a dial-in has a problem."""

    def on_dialout_answered(self, data: Any) -> None:
        """Hear that a dial-out was answered."""

    def on_dialout_connected(self, data: Any) -> None:
        """Hear that a dial-out was connected."""

    def on_dialout_error(self, data: Any) -> None:
        """Hear that a dial-out failed."""

    def on_dialout_stopped(self, data: Any) -> None:
        """Hear that a dial-out ended."""

    def on_dialout_warning(self, data: Any) -> None:
        """Hear that a dial-out has a problem."""

    def on_dtmf_event(self, data: Any) -> None:
        """Hear that a key was pressed."""

    def on_error(self, message: Any) -> None:
        """Hear that something went wrong."""

    def on_inputs_updated(self, input_settings: Any) -> None:
        """Hear that the inputs changed."""

    def on_live_stream_error(self, stream_id: Any, message: Any) -> None:
        """Hear that a live stream failed."""

    def on_live_stream_started(self, status: Any) -> None:
        """Hear that a live stream began."""

    def on_live_stream_stopped(self, stream_id: Any) -> None:
        """Hear that a live stream ended."""

    def on_live_stream_updated(self, update: Any) -> None:
        """Hear that a live stream changed."""

    def on_live_stream_warning(self, stream_id: Any, message: Any) -> None:
        """Hear that a live stream has a problem."""

    def on_network_stats_updated(self, stats: Any) -> None:
        """Hear that there are new network statistics."""

    def on_participant_counts_updated(self, counts: Any) -> None:
        """Hear that the number of participants changed."""

    def on_participant_joined(self, participant: Any) -> None:
        """Hear that somebody joined."""

    def on_participant_left(self, participant: Any, reason: Any) -> None:
        """Hear that somebody left."""

    def on_participant_updated(self, participant: Any) -> None:
        """Hear that somebody changed."""

    def on_publishing_updated(self, publishing_settings: Any) -> None:
        """Hear that what is published changed."""

    def on_recording_error(self, stream_id: Any, message: Any) -> None:
        """Hear that a recording failed."""

    def on_recording_started(self, status: Any) -> None:
        """Hear that a recording began."""

    def on_recording_stopped(self, stream_id: Any) -> None:
        """Hear that a recording ended."""

    def on_subscription_profiles_updated(self, subscription_profiles: Any) -> None:
        """Hear that the profiles of subscriptions changed."""

    def on_subscriptions_updated(self, subscriptions: Any) -> None:
        """Hear that the subscriptions changed."""

    def on_transcription_error(self, message: Any) -> None:
        """Hear that a transcription failed."""

    def on_transcription_message(self, message: Any) -> None:
        """Hear that something was transcribed."""

    def on_transcription_started(self, status: Any) -> None:
        """Hear that a transcription began."""

    def on_transcription_stopped(self, stopped_by: Any, stopped_by_error: Any) -> None:
        """Hear that a transcription ended."""

    def on_transcription_updated(self, update: Any) -> None:
        """Hear that a transcription changed."""
