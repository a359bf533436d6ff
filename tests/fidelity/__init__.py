"""What the simulated Tavus does as Tavus does: each behaviour with its source and its test.

One YAML file for each area (``rest.yaml``, ...) is a list of entries, sorted by name::

    - name: rest.no_op_patch
      behaviour: A PATCH that changes nothing is answered with 304 and no body.
      source:
        doc: openapi.yaml, PATCH /personas/{persona_id}
      divergence: none
      seen: 2026-11-20

``name``
    The area, which is the file's own name, a dot, and words in lower case joined by underscores.
``behaviour``
    One sentence that begins with a capital and ends with a full stop.
``source``
    Where it was learned: one or more of the kinds below, each with the place. ``doc`` is a page of
    Tavus's documentation, ``client`` a file and version of an official client, ``inferred`` what it
    was concluded from, ``wild`` an unverified report of users.
``divergence``
    What the simulated Tavus knowingly does otherwise, one sentence; or ``none``.
``seen``
    The day on which it was last seen true: the official client was run against it, or the page was
    read.

The test that proves an entry carries its name::

    @pytest.mark.fidelity("rest.no_op_patch")

on a function, on a class, in ``pytestmark``, or in ``pytest.param(..., marks=...)``; the names are
literals, because they are read from the source without running it. An entry without a test fails,
and so does a test without an entry. Then ``docs/fidelity.md`` is written anew::

    TAVUS_REGOLD=1 python -m pytest tests/fidelity
"""
