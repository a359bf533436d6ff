"""Requests and answers of the REST API as values: bodies, queries, pages, patches, refusals, masks.

No module here knows the account or a resource, so every operation can use them.
Add a recorded refusal to `refusals.py`, a query parameter that several routes read to `pages.py`.
"""
