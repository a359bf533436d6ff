"""Text in, typed data out: the only room that reads scenario and PAL files.

::

    yamlfile    text -> plain data, and positions on demand
    include     data of several files, joined
    document    the language, as pydantic models; binding turns data into them
    build       models -> the values of `model`
    rules       what no single part can see: names, empty expectations, playability
    parse       the way in
"""
