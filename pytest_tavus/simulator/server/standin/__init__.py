"""A directory for PYTHONPATH: what it holds stands in for a package of that name."""
