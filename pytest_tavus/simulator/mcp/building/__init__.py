"""The tools that build a PAL from a sentence: interview, draft, publish, smoke test, judgement.

The carrier is Tavus's PAL that builds PALs; its calls go through the API, like all tools.
Add a call of the carrier to `carrier_tools.py`.
"""
