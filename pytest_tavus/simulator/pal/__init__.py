"""The simulated PAL: the rules by which a PAL talks and calls. No HTTP server, no wall clock.

A brain decides; the conversation enforces `on_call` and `on_resolve`. This folder knows no served
room, no account and no pytest. Add a brain as a class with `infer` and `infer_unprompted`.
"""
