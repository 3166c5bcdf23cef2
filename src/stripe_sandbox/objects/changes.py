"""What an update changed: the `previous_attributes` of its event."""

from typing import Any

from stripe_sandbox.defaults import Obj
from stripe_sandbox.work import public


def previous(before: Obj, after: Obj) -> Obj:
    """The old values of every public field that differs; of maps, only of the keys that do."""
    return _old(public(before), public(after))


def _old(before: Obj, after: Obj) -> Obj:
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: _old_value(before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


def _old_value(before: Any, after: Any) -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        return _old(before, after)
    return before
