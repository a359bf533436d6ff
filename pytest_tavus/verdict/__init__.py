"""The verdict on a run: findings of checks, rulings of judges, and the rule that joins them.

Checks and judges see a scenario and a trace. They know no clock, no network, no session and no
handler, so a simulated conversation is judged exactly as a recorded one.
Add a kind of finding to `verdict.py`, a check to `checks/`, a judge to `judge/`.
"""
