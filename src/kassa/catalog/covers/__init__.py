"""Covers drawn by the program: an SVG poster for a book, made from nothing but its data.

`draw` is a pure function: the same book gives the same bytes, for ever or until a design here is changed.
A cover is 600 by 900 units, refers to nothing outside itself and stays below twelve kilobytes. Every text
stands on one flat colour, named in `data-ground` of its group, with a contrast of at least 4.5 to 1.
"""

from kassa.catalog.covers.compose import draw

__all__ = ["draw"]
