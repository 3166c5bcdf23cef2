"""`kassa`, and `python -m kassa`."""

from kassa.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
