"""The Python face: conversations held by a test's own code, with the checks of the YAML files."""
