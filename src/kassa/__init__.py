"""Kassa: a shop whose orders, money and stock always agree, and can prove it."""

from importlib.metadata import version

__version__ = version("kassa")
