"""A directory for PYTHONPATH. Each package in it replaces an installed package of its name."""
