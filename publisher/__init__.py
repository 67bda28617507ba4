"""A publishing engine for marketplace VM offers."""

__version__ = "0.1.0"
