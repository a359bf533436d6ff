"""The judge pass: a verdict in Tavus's own shape, compared with the expectations of a scenario.

The failure of a judge is a ruling too, never an exception. The rules judge is deterministic and
works offline. Add a judge as a class with `name` and `rule`; `tests/verdict/judge/test_contract.py`
runs over every judge.
"""
