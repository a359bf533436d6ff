"""What a JUnit file says of a scenario beyond pass and fail, as properties of its test case."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.report.record import Record


def user_properties(record: Record) -> tuple[tuple[str, str], ...]:
    """Return names and values for pytest's `user_properties`; all names begin with ``tavus_``."""
    return tuple(_properties(record))


def _properties(record: Record) -> Iterator[tuple[str, str]]:
    yield "tavus_verdict", record["outcome"]
    yield "tavus_provenance", record["provenance"]
    yield "tavus_held", str(record["held"])
    yield "tavus_played", str(record["played"])
    yield "tavus_place", record["place"]
    if record["trace"] is not None:
        yield "tavus_trace", record["trace"]
    findings = record["findings"]
    if findings:
        causes = [one for one in findings if not one["consequence"]]
        yield "tavus_owner", ",".join(dict.fromkeys(one["owner"] for one in causes))
        yield "tavus_finding", ",".join(dict.fromkeys(one["kind"] for one in findings))
