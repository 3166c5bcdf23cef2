"""What the pages say and how they write money."""

import pytest

from stripe_sandbox.pages.checkout_form import read_expiry
from stripe_sandbox.pages.rendering import linked
from stripe_sandbox.pages.words import LANGUAGES, language_of, money, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    english, said = words("en"), words(language)

    assert {group: set(names) for group, names in said.items()} == {
        group: set(names) for group, names in english.items()
    }
    for group, names in english.items():
        for name, sentence in names.items():
            assert said[group][name].strip()
            assert said[group][name].count("{") == sentence.count("{")


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("de", "", "de"),
        ("de-AT", "fr", "de"),
        ("auto", "fr-CH, fr;q=0.9", "fr"),
        (None, "nl, ja;q=0.5", "ja"),
        (None, "", "en"),
        ("tlh", "*", "en"),
        (None, ";;;,,," * 1000, "en"),
    ],
)
def test_a_page_speaks_the_nearest_language_it_has(wanted: str | None, accepted: str, language: str) -> None:
    assert language_of(wanted, accepted) == language


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        (1299, "usd", "en", "$12.99"),
        (5, "eur", "en", "€0.05"),
        (123456789, "eur", "fr", "1\u202f234\u202f567,89\u00a0€"),
        (1500, "jpy", "ja", "￥1,500"),
        (12340, "kwd", "en", "KWD\u00a012.340"),
        (17500, "huf", "en", "HUF\u00a0175.00"),
        (100, "ugx", "en", "UGX\u00a01.00"),
        (0, "usd", "es", "0,00\u00a0US$"),
    ],
)
def test_money_has_the_decimals_that_stripe_counts(
    amount: int, currency: str, language: str, written: str
) -> None:
    assert money(amount, currency, language) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain & simple", "Plain &amp; simple"),
        (
            "See [our <terms>](https://shop.test/t?a=1&b=2), **please**.",
            'See <a href="https://shop.test/t?a=1&amp;b=2" target="_blank" rel="noopener">our &lt;terms&gt;</a>, '
            "<strong>please</strong>.",
        ),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ('[x](https://a"onclick=b)', "[x](https://a&#34;onclick=b)"),
    ],
)
def test_a_shops_sentence_may_hold_links_and_nothing_else(text: str, shown: str) -> None:
    assert linked(text) == shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12/30", (12, 2030)),
        ("12 / 2030", (12, 2030)),
        ("1230", (12, 2030)),
        ("122030", (12, 2030)),
        ("1/31", (1, 2031)),
        ("12-30", (12, 2030)),
        ("12 30", (12, 2030)),
        ("12/3", None),
        ("", None),
        ("１２/３０", (12, 2030)),
        ("12/30/45", None),
    ],
)
def test_an_expiry_is_read_as_people_write_it(text: str, read: tuple[int, int] | None) -> None:
    assert read_expiry(text) == read
