"""Text in, typed data out: the only room that reads scenario and PAL files."""
