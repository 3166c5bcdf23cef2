"""House rules of the templates, each with its reason."""

import re
from pathlib import Path

from kassa import storefront

ROOT = Path(storefront.__file__).parent
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
ELEMENTS = sorted(ROOT.glob("static/elements/*.js"))
#: What every page has, joined to one file.
EVERYWHERE = sorted(ROOT.glob("static/shop/*.js"))


def offenders(pattern: str, files: list[Path]) -> list[str]:
    """The files in which the pattern is found."""
    return [path.name for path in files if re.search(pattern, path.read_text())]


def test_nothing_is_inline_because_the_content_security_policy_refuses_it():
    assert TEMPLATES
    assert (
        offenders(
            r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=| type=.application/(ld\+)?json)", TEMPLATES
        )
        == []
    )


def test_every_form_that_changes_something_carries_the_csrf_token():
    forms = [form for path in TEMPLATES for form in re.findall(r"<form.*?</form>", path.read_text(), re.S)]
    posting = [form for form in forms if 'method="post"' in form]

    assert posting
    assert [form[:60] for form in posting if "csrf_field(visitor)" not in form] == []


def test_every_picture_has_its_size_so_that_nothing_jumps():
    pictures = [tag for path in TEMPLATES for tag in re.findall(r"<img[^>]*>", path.read_text())]

    assert pictures
    assert [tag for tag in pictures if not ("width=" in tag and "height=" in tag and "alt=" in tag)] == []


def test_only_the_description_of_a_book_is_trusted_as_html_because_the_catalogue_cleans_it():
    trusted = [
        line.strip() for path in TEMPLATES for line in path.read_text().splitlines() if "|safe" in line
    ]

    assert trusted == ['<div class="prose">{{ product.description|safe }}</div>']


def test_no_element_writes_html_because_text_can_not_be_a_script():
    assert ELEMENTS
    assert EVERYWHERE
    writers = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\("
    assert offenders(writers, [*ELEMENTS, *EVERYWHERE]) == []


def test_every_element_is_used_by_a_page_and_defined_under_the_name_of_its_file():
    markup = "".join(path.read_text() for path in TEMPLATES)
    for path in [*ELEMENTS, *EVERYWHERE]:
        names = re.findall(r'customElements\.define\("([a-z-]+)"', path.read_text())
        assert [name for name in names if f"<{name}" not in markup] == []
        if path in ELEMENTS:
            assert f"elements/{path.name}" in markup
            assert names
            assert [name for name in names if not name.startswith(path.stem.rstrip("s"))] == []
