"""The builder: sessions in which a dialogue becomes a PAL, and stand-ins for Tavus's models.

No model runs here; drafts consist of the creator's own words. The room knows no MCP tool. Add a
builder route to `builder.py`, and a part of a draft to `drafting.py` and `fanout.py`.
"""
