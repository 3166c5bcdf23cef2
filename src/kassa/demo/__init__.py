"""A shop with a past: orders of every kind, made by the verbs that real ones go through.

No tables of its own. Promises: the same seed gives the same story (who buys what, how it is paid, what becomes of it);
nothing is written but by the rooms themselves, so whatever it leaves behind can be proved.
"""

from kassa.demo.plan import KINDS, Wish, wishes
from kassa.demo.play import Hands, Past, Progress

__all__ = ["KINDS", "Hands", "Past", "Progress", "Wish", "wishes"]
