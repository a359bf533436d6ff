"""Mutants of the examples: each changes one thing, and each must be noticed."""
