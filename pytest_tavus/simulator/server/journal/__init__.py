"""The journal of requests: the latest ones, bounded in number and bytes, without their secrets.

The journal sees requests and answers only. Add a place where secrets stand to `secrecy.py`.
"""
