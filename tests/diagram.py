"""Write the diagram of order states into ARCHITECTURE.md: `python -m tests.diagram`, or `make schema`."""

import re
from collections import defaultdict
from pathlib import Path

from kassa.orders import TRANSITIONS

TARGET = Path(__file__).parent.parent / "ARCHITECTURE.md"
BLOCK = re.compile(r"(?<=<!-- states -->\n).*?(?=<!-- /states -->)", re.DOTALL)


def diagram() -> str:
    """The transition table as a Mermaid state diagram; what leads nowhere else is not drawn."""
    arrows = defaultdict(list)
    for (before, event), after in TRANSITIONS.items():
        if before is not after:
            arrows[before, after].append(event.replace("_", " "))
    lines = [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> pending", *lines, "```", ""])


if __name__ == "__main__":
    TARGET.write_text(BLOCK.sub(lambda _: diagram(), TARGET.read_text()))
