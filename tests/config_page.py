"""Write the page of all settings: `python -m tests.config_page`, or `make schema`."""

from pathlib import Path

from kassa.config import Settings, variable

TARGET = Path(__file__).parent.parent / "docs" / "guide" / "configuration.md"
HEADER = """# Configuration

Settings come from the environment, or from a file `.env` in the folder where Kassa is started; the environment wins.
A setting marked as secret may be given as `…_FILE`, the path of a file that holds it. A wrong value is one clear line
that names the setting, and exit status 2. This page is generated from `kassa/config.py` by `make schema`.

| setting | default | secret | what it is |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The page as it should be."""
    rows = []
    for name, field in Settings.__dataclass_fields__.items():
        default = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        secret = "yes" if field.metadata["secret"] else ""
        shown = f"`{default}`" if default else ""
        rows.append(f"| `{variable(name)}` | {shown} | {secret} | {field.metadata['doc']} |")
    return HEADER + "\n".join(rows) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page())
