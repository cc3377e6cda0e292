"""A page, parsed once: what every strategy looks at. (Interface first; see the docstrings.)"""
