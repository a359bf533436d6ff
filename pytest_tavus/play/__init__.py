"""Time and turns: the session port and the player that walks a scenario on it."""
