"""Huitong (汇通): the software of a city's data bureau."""

__version__ = "0.1.0"
