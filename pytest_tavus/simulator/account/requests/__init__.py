"""Requests and answers of the REST API as values: bodies, queries, pages, patches, refusals, masks.

Nothing here knows the account or a resource, so every operation can use it.
Add a recorded refusal to `refusals.py`, a query parameter that several routes read to `pages.py`.
"""
