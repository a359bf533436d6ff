"""Redaction: finds secrets in every encoding and masks them before a trace leaves the process.

A mask names the source of its secret and is told apart from all other text. The room does not
know where secrets come from; callers name them. Add an encoding to `disguise.py`.
"""
