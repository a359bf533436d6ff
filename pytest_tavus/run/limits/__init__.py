"""Limits a run: its ledger, the locks of scenarios, and back-pressure from the service.

The ledger is in memory, or in a file that several processes share. This room knows no scenario
and no session. Add a limit to `ledger.py`, and its option to `run/options/table.py`.
"""
