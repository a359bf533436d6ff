"""Projections of results: the failure picture, trace files, summaries. Nothing is decided here."""
