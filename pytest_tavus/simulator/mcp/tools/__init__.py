"""The tools, one module for each subject of the official server.

A tool reads its arguments against the recorded schema and returns JSON; it knows no protocol.
Add a tool that is one request as a row, any other tool as a function.
"""
