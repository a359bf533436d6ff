"""What a PAL, a tool, an event and a verdict are at Tavus: models, limits, rules. No I/O."""
