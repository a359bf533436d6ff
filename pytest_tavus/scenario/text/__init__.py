"""YAML and plain data: strict reading, places in the text, limits, and the words of problems.

`yamlfile.py` is the only module that imports PyYAML. The room knows no key of the language.
Add a limit on files to `limits.py`, a key whose value is a secret to `unshown.py`.
"""
