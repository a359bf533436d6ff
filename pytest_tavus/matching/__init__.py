"""Does what was seen bear out what was written: matchers, comparison, assignment. Pure values."""
