"""What happened: an append-only, ordered, redacted log of one conversation."""
