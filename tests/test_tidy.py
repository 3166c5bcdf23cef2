"""House rules as tests, each with its reason. A rule that nobody can break needs no reviewer."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHOP = ROOT / "src" / "kassa"
SANDBOX = ROOT / "src" / "stripe_sandbox"
PYTHON = sorted([*SHOP.rglob("*.py"), *SANDBOX.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
PAGES = sorted([*SHOP.rglob("*.html"), *SANDBOX.rglob("*.html")])
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
#: The simulation's stand-in for a connection: it passes on what the rooms send.
STEPPED = SHOP / "chaos" / "database.py"
STATEMENTS = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "stream"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return ast.unparse(call.func)


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_file_fits_a_mind_and_a_function_fits_a_screen(path):
    """Files of thousands of lines are the disease of this field; here something says "enough"."""
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is longer than 60 lines"


@pytest.mark.parametrize(
    "path",
    sorted([*SHOP.rglob("*.js"), *SHOP.rglob("*.css"), *SANDBOX.rglob("*.js"), *SANDBOX.rglob("*.css")]),
    ids=name,
)
def test_a_script_or_style_sheet_fits_a_mind(path):
    """The same for the browser's side; what a library brings along stands in a folder of its own."""
    if "vendor" not in path.parts:
        assert len(path.read_text().splitlines()) <= 400


def test_no_file_is_named_after_nothing():
    """A name that says nothing gathers everything."""
    forbidden = {"utils", "helpers", "common", "manager", "base"}
    assert not [name(path) for path in PYTHON if path.stem in forbidden or path.parent.name in forbidden]


def test_sql_lives_in_its_rooms():
    """Whoever looks for a table's statements looks in one file; the tests PREPARE what they find there."""
    allowed = ("queries.py", "listing.py")
    strays = [
        f"{name(path)}:{call.lineno}"
        for path in SHOP.rglob("*.py")
        if path.name not in allowed
        and path != STEPPED
        and path.parts[-2] not in ("jobs", "migrations", "kernel", "embedded", "cli", "invariants")
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr in STATEMENTS
    ]
    assert not strays


def test_sql_is_never_put_together_from_pieces():
    """Values travel as parameters: nothing to escape, nothing to forget, every plan cached."""
    built = [
        f"{name(path)}:{call.lineno}"
        for path in SHOP.rglob("*.py")
        if path.parts[-2] not in ("kernel", "migrations") and path != STEPPED
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in STATEMENTS
        and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert not built


def test_one_statement_writes_the_state_of_an_order():
    """One door per truth: what changes an order changes its journal, its stock and its mail with it."""
    writers = [
        name(path)
        for path in SHOP.rglob("*.py")
        for _ in re.finditer(r"update\s+orders\s+set[^\"]*\bstate\b", path.read_text(), re.IGNORECASE)
    ]
    assert writers == ["src/kassa/orders/queries.py"]


def test_stock_has_one_writer():
    """Σ movements = on_hand can only hold if nobody else writes."""
    writers = {
        name(path)
        for path in SHOP.rglob("*.py")
        if re.search(
            r"(update|insert into|delete from)\s+(stock|movements|holds|hold_lines)\b", path.read_text()
        )
    }
    assert writers == {"src/kassa/inventory/queries.py"}


def test_the_books_have_one_writer():
    """An entry that `ledger.post` did not see is an entry that nobody weighed."""
    writers = {
        name(path)
        for path in SHOP.rglob("*.py")
        if re.search(r"(update|insert into|delete from)\s+ledger_(entries|lines)\b", path.read_text())
    }
    assert writers == {"src/kassa/ledger/queries.py"}


def test_the_environment_is_read_in_one_place():
    """A setting that is read anywhere else is documented nowhere."""
    allowed = {"config.py", "up.py", "place.py", "serving.py", "postgres.py", "parts.py"}
    readers = [
        name(path)
        for path in SHOP.rglob("*.py")
        if "os.environ" in path.read_text() and path.name not in allowed
    ]
    assert not readers


def test_time_and_chance_come_from_the_kernel():
    """A test must be able to stand still, and a secret must be random enough: one place for each.

    A simulation draws from seeds, so that the same one is the same run; none of its chance is a secret.
    """
    forbidden = re.compile(r"datetime\.(now|utcnow)\(|time\.time(_ns)?\(|uuid4\(|\brandom\.|\bsecrets\.")
    allowed = {"clock.py", "ids.py", "datadir.py"}
    strays = [
        name(path)
        for path in SHOP.rglob("*.py")
        if forbidden.search(path.read_text())
        and path.name not in allowed
        and path.parts[-2] not in ("chaos", "demo")
    ]
    assert not strays


def test_every_job_that_is_put_in_has_somebody_who_does_it():
    """A name is all that ties the cause to the work; a slip in it would be found by a customer."""
    wanted = {
        call.args[1].value
        for path in SHOP.rglob("*.py")
        for call in calls(path)
        if called(call) in ("jobs.enqueue", "jobs.enqueue_many", "enqueue") and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
    }  # fmt: skip
    handled = set(re.findall(r'^\s+"([a-z_]+)": on\(', (SHOP / "app.py").read_text(), re.MULTILINE))
    assert wanted
    assert wanted == handled


def test_nothing_is_left_for_later_and_no_test_is_skipped():
    """Unfinished work stands in an issue; a skipped test is a hole that looks like a wall."""
    mark = re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b|pytest\.(skip|mark\.skip|mark\.xfail)|importor" + "skip")
    assert not [name(path) for path in PYTHON if mark.search(path.read_text())]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_has_no_inline_script_or_style(path):
    """The Content-Security-Policy forbids them, so a page that needs one is broken."""
    text = path.read_text()
    if "mail" in path.parts[-2] or "mail" in path.name or "notifications" in path.parts:
        return
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)[^>]*>", text)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", text)


@pytest.mark.parametrize("path", LOCKS, ids=name)
def test_a_lock_has_a_hash_for_every_package_and_names_no_host(path):
    """What was tested is what is installed, from whichever index the machine has."""
    text = path.read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text.strip(), flags=re.IGNORECASE):
        assert "--hash=sha256:" in block, block[:60]


def test_every_command_of_make_says_what_it_does():
    """`make` alone is the list of what can be done here."""
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.*## \w", text, re.MULTILINE), target


@pytest.mark.parametrize("path", [p for p in PYTHON if "src" in p.parts], ids=name)
def test_what_is_public_says_what_it_promises(path):
    """A docstring is the contract; the code is only how it is kept."""
    module = ast.parse(path.read_text())
    assert ast.get_docstring(module), "the module says nothing"
    for node in module.body:
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} says nothing"
