"""Scenarios held ahead of their turn: pytest goes on in order, the conversations do not wait."""
