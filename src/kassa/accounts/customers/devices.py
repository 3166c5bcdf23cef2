"""What a browser calls itself, in words somebody recognises their own by. It is a hint and never a proof."""

from typing import Final

#: What is looked for in a user agent, in this order: browsers name those they descend from as well.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """ "Firefox on Linux", "Safari on iPhone"; "A browser" of which no more is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
