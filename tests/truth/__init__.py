"""The table of truth: what must be green, what must be red, and that no mutant is missed."""
