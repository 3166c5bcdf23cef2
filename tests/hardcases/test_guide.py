"""The page of hard cases: no lesson is missing, and every test that it names is there."""

import ast
import re

import pytest
from tests.test_tidy import ROOT

TEXT = (ROOT / "docs" / "guide" / "hard-cases.md").read_text()
LESSONS = 121
ROWS = re.findall(r"^\| (\d+) \| (.*) \|$", TEXT.partition("## Not of this path")[0], re.MULTILINE)
ELSEWHERE = re.findall(r"^\| (\d+) \| (.*) \|$", TEXT.partition("## Not of this path")[2], re.MULTILINE)
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)))


def test_every_lesson_is_there_once_and_in_order():
    numbers = [int(number) for number, _ in ROWS]
    others = [int(number) for number, _ in ELSEWHERE]

    assert sorted(numbers + others) == list(range(1, LESSONS + 1))
    assert numbers == sorted(numbers)
    assert others == sorted(others)


def test_every_lesson_of_this_path_names_its_thread_and_ends_with_its_test():
    for number, row in ROWS:
        thread, lesson, test = row.split(" | ")
        assert re.search(r"#\d", thread), number
        assert " → " in lesson, number
        assert re.fullmatch(r"`[\w/]+\.py::\w+`", test), number


@pytest.mark.parametrize(("file", "test"), NAMED, ids="::".join)
def test_a_test_that_is_named_is_there(file, test):
    names = {
        node.name
        for node in ast.walk(ast.parse((ROOT / "tests" / file).read_text()))
        if hasattr(node, "name")
    }

    assert test.startswith("test_")
    assert test in names
