"""A local Tavus: the rules by which a PAL talks and calls, without HTTP and without a clock."""
