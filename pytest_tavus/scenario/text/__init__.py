"""YAML and plain data: strict reading, positions in the text, limits, and problems with positions.

`yamlfile.py` is the only module that imports PyYAML. The room knows no key of the language.
Add a limit on files to `limits.py`, a key whose value is a secret to `unshown.py`.
"""
