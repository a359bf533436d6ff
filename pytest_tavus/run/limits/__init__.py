"""What a run may use: limits, locks of other processes, back-pressure, and the ledger of it all.

The ledger is in memory, or in a file that several processes share. This room knows no scenario
and no session. Add a limit to `ledger.py`, and its option to `run/options/table.py`.
"""
