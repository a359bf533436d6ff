"""The applications behind the tools of the example PALs. None of them knows that it is tested."""
