"""The recorder in front of the user's handler: starts it, sends to it, ends it."""
