"""Many conversations at once: which may begin, when, and within what limits. Knows no pytest."""
