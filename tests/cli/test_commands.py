"""The commands, as they are typed: what is wrong is one clear line and exit status 2, never a traceback."""

import os
import shutil
import socket
import subprocess
import sys

import pytest
from tests.e2e.conftest import new_home

from kassa.migrations import files

COMMANDS = [
    (), ("up",), ("serve",), ("worker",), ("migrate",), ("sandbox",), ("openapi",), ("keys",), ("keys", "create"),
    ("staff",), ("staff", "create"), ("catalog",), ("catalog", "import"), ("catalog", "export"), ("prove",),
    ("reconcile",), ("rates",), ("rates", "import"),
]  # fmt: skip


def kassa(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a command; its time is bounded."""
    done = subprocess.run(
        [sys.executable, "-m", "kassa", *words],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line of a refusal."""
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("kassa: ")
    return lines[0]


@pytest.fixture(scope="module")
def home():
    """A data directory that these commands share."""
    made = new_home("kassa-commands-")
    yield str(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words):
    done = kassa(*words, "--help")

    assert done.returncode == 0
    assert "Usage: kassa" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("up", "--prot", "8000"),
        ("up", "--port", "0"),
        ("up", "--port", "65536"),
        ("up", "--port", "eighty"),
        ("up", "--workers", "-1"),
        ("up", "--port", "9", "--sandbox-port", "9"),
        ("keys", "create"),
        ("keys", "create", "x"),
        ("no-such-command",),
        ("catalog", "import"),
        ("catalog", "import", "/no/such/file.csv"),
        ("migrate", "extra"),
        ("reconcile", "--since", "a while"),
        ("reconcile", "--since", "0h"),
        ("reconcile", "--since", "2999-01-01"),
        ("reconcile",),
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_one_line(words, home):
    refused(kassa(*words, KASSA_DATA_DIR=home))


def test_a_fresh_data_directory_is_migrated_once(home):
    first = kassa("migrate", "--data-dir", home)
    assert first.stdout.split() == [path.stem for path in files()]

    assert kassa("migrate", "--data-dir", home).stdout.strip() == "nothing to do"


def test_a_key_is_all_that_is_printed(home):
    done = kassa("keys", "create", "cron", "--scope", "admin", "--data-dir", home)

    assert done.returncode == 0
    assert len(done.stdout.split()) == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words", [("keys", "create", "x", "--scope", "root"), ("staff", "create", "nobody", "--role", "owner")]
)
def test_a_scope_or_address_that_is_none_is_refused(words, home):
    refused(kassa(*words, "--data-dir", home))


def test_a_member_of_staff_gets_a_link(home):
    done = kassa("staff", "create", "ada@example.com", "--role", "owner", "--data-dir", home)

    assert done.stdout.startswith("http://127.0.0.1:8000/admin/set-password/")


def test_a_catalogue_goes_in_and_out(home, tmp_path):
    file = tmp_path / "books.csv"
    file.write_text("Handle,Title,Variant SKU,Variant Price\nemma,Emma,EMMA,9.90\n")
    assert kassa("catalog", "import", str(file), "--data-dir", home).stdout == "1 products, 1 variants\n"

    out = kassa("catalog", "export", "--data-dir", home).stdout
    file.write_text(out)
    kassa("catalog", "import", str(file), "--data-dir", home)
    assert kassa("catalog", "export", "--data-dir", home).stdout == out


def test_a_bad_row_names_its_line_and_column(home, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("Handle,Title,Variant SKU,Variant Price\nnew,New,NEW,cheap\n")

    done = kassa("catalog", "import", str(file), "--data-dir", home)

    assert done.returncode == 2
    assert "line 2, Variant Price" in done.stderr
    assert "nothing was imported" in done.stderr
    assert "NEW" not in kassa("catalog", "export", "--data-dir", home).stdout


def test_a_file_that_is_no_text_is_refused(home, tmp_path):
    (tmp_path / "cover.png").write_bytes(b"\x89PNG\xff\xfe")

    assert "UTF-8" in refused(kassa("catalog", "import", str(tmp_path / "cover.png"), "--data-dir", home))


def test_rates_come_from_the_bank_s_file_all_or_none(home, tmp_path):
    file = tmp_path / "eurofxref.csv"
    file.write_text("Date, USD, JPY, \n30 October 2026, 1.1554, 177.99, \n")

    first, again = (kassa("rates", "import", str(file), "--data-dir", home) for _ in range(2))

    assert first.stdout == "2 rates of 2026-10-30, 2 of them new\n"
    assert again.stdout == "2 rates of 2026-10-30, 0 of them new\n"
    file.write_text("Date, USD, \n31 October 2026, 1.1554, \n1 November 2026, much, \n")
    assert "line 3: 'much' is not a rate" in refused(kassa("rates", "import", str(file), "--data-dir", home))
    file.write_bytes(b"PK\x03\x04\xff")
    assert "not UTF-8" in refused(kassa("rates", "import", str(file), "--data-dir", home))
    assert "No such file" in refused(kassa("rates", "import", str(tmp_path / "none"), "--data-dir", home))


def test_the_description_of_the_api_needs_no_database():
    assert '"openapi"' in kassa("openapi").stdout


def test_a_port_in_use_is_said_at_once(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refused(kassa("up", "--port", port, "--data-dir", home))


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:hidden@127.0.0.1:1/x", "postgresql://u:hidden@host:port/x", "mysql://u:hidden@h/x"],
)
def test_a_database_that_is_not_there_is_said_without_its_password(url, home):
    line = refused(kassa("migrate", "--data-dir", home, DATABASE_URL=url))

    assert "DATABASE_URL" in line
    assert "hidden" not in line


def test_a_data_directory_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()

    assert "data directory" in refused(kassa("migrate", "--data-dir", str(tmp_path / "file")))
