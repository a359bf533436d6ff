"""The tools that build a PAL from a sentence: interview, draft, publish, smoke test, judgement.

The carrier's calls are done through the API, as every other tool's are.
Add a call of the carrier to `carrier_tools.py`.
"""
