"""Conversations that others join: rooms, app messages, timers, callbacks. No sockets."""
