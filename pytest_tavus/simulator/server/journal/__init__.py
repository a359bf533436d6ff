"""The journal: the latest requests, bounded in number and bytes, with secrets masked.

The journal sees requests and answers only. Add a position of secrets to `secrecy.py`.
"""
