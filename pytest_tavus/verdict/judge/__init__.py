"""The judge pass: a verdict in Tavus's own shape, compared with what a scenario expects.

A judge that fails is a ruling too, never an exception. The rules judge is deterministic and
works offline. Add a judge as a class with `name` and `rule`; `tests/verdict/judge/test_contract.py`
runs over every judge.
"""
