"""Runs conversations concurrently; pytest still reports scenarios in its own order.

Scenarios run one at a time until one of them waits on I/O. From then on, a scenario starts early
as soon as its shared fixtures are set up. The room decides which scenario may start; limits and
queues live in `run`. Add a reason why a scenario runs alone to `eligibility.py`.
"""
