"""The judge pass: a verdict in Tavus's own shape, held against what a scenario expects."""
