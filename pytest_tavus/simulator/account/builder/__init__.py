"""The builder: sessions in which a dialogue becomes a PAL, and the models that Tavus asks for it.

No model is asked here; drafts follow from the words of the creator. The room knows no MCP tool.
Add a builder route to `builder.py`, a part of a draft to `drafting.py` and `artifacts.py`.
"""
