"""Whether a way through the states is one that the table of states allows. Pure."""

from kassa.orders.states import Event, State, after, DEAD
