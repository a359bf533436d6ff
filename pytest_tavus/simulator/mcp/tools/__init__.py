"""The tools that need more than one request, one module for each subject.

A function takes its arguments by the names and types of the recorded schema, which alone defines
the defaults; a test compares both. Add a tool that is one request to `table.py`.
"""
