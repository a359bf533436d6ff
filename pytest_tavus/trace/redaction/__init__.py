"""Redaction: finds secrets in every encoding and masks them before a trace leaves the process.

A mask names the source of its secret, and no other text looks like a mask. Callers give the
secrets and their sources. The room knows no scenario. Add an encoding to `disguise.py`.
"""
