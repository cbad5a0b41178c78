"""Where the parts become one program."""

__version__ = "0.1.0"
