"""Holds a trace against a scenario. Pure: no clock, no network, no session."""
