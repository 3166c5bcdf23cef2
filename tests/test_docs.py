"""If two places must agree, one is generated or a test says that they do."""

import re

import pytest
from tests import config_page
from tests.diagram import BLOCK, TARGET, diagram
from tests.test_tidy import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_diagram_of_order_states_is_the_table():
    found = BLOCK.search(TARGET.read_text())
    assert found
    assert found[0] == diagram(), "run `make schema`"


def test_the_page_of_settings_names_every_setting():
    assert config_page.TARGET.read_text() == config_page.page(), "run `make schema`"


def test_the_readme_and_the_plan_stay_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 250


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_between_pages_leads_somewhere(page):
    for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_a_decision_has_its_four_parts():
    for page in (ROOT / "docs" / "adr").glob("*.md"):
        text = page.read_text()
        for part in ("## Context", "## Decision", "## Consequences", "## Alternatives"):
            assert part in text, f"{page.name} lacks {part}"
