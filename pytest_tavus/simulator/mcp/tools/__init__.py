"""The tools that are more than one request, one module for each subject.

A function takes its arguments by the names and types of the recorded schema, which alone holds the
defaults; a test compares them. Add a tool that is one request to `table.py`.
"""
