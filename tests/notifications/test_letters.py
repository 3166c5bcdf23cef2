"""Every mail there is: it says the same in text and HTML, in its reader's language and direction."""

import re
from html.parser import HTMLParser

import pytest
from tests.notifications.test_receipt import SETTINGS

from kassa import notifications
from kassa.kernel import speech

KINDS = notifications.kinds()
LANGUAGES = (*SETTINGS.locales, speech.PSEUDO)


class Page(HTMLParser):
    """What a mail shows, where its links lead, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._unseen = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag in ("style", "title") or given.get("aria-hidden"):
            self._unseen += 1
        if tag == "a":
            self.links.append(str(given["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title", "div") and self._unseen:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words += data.split()


def said(text: str) -> list[str]:
    """The words of a text, in whatever shape its form gives to figures and signs between them."""
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same_and_lead_to_the_same(kind: str, language: str) -> None:
    letter = notifications.specimen(kind, language, SETTINGS)
    page = Page(letter.html)

    shown = said(re.sub(r"https?://\S+", " ", " ".join(page.words)))
    rest = list(shown)
    for word in said(re.sub(r"https?://\S+", " ", letter.text)):
        if word != "x":  # a sign of multiplication, in text
            assert word in rest, f"{word!r} is in the text only"
            rest.remove(word)
    if not kind.startswith("account:"):  # those spell the button's address out, which the text does anyway
        assert rest == ["Kassa"], "the HTML says more than the shop's name at its head"
    assert set(page.links) <= set(re.findall(r"https?://\S+", letter.text))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_loaded_and_nothing_runs(kind: str) -> None:
    letter = notifications.specimen(kind, "en", SETTINGS)

    for tag, given in Page(letter.html).tags:
        assert tag not in ("img", "script", "link", "iframe", "form", "video", "object")
        assert not any(name.startswith("on") or name in ("src", "background") for name in given)
    assert "url(" not in letter.html
    assert "@import" not in letter.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_whole_in_every_language(kind: str, language: str) -> None:
    letter = notifications.specimen(kind, language, SETTINGS)

    spoken = "en" if kind == "dispute" else language
    assert letter.language == spoken
    direction = "rtl" if spoken == speech.PSEUDO else "ltr"
    assert f'<html lang="{speech.locale(spoken).language}" dir="{direction}">' in letter.html
    assert "prefers-color-scheme: dark" in letter.html
    assert letter.subject.strip()
    assert "\n" not in letter.subject
    assert "%(" not in letter.subject + letter.text
    assert "{" not in letter.text
    assert "\n\n\n" not in letter.text
    assert all(line == line.strip() for line in letter.text.splitlines())


@pytest.mark.parametrize("language", ["de", "ja"])
def test_links_lead_to_the_shop_in_the_readers_language(language: str) -> None:
    for kind in KINDS:
        letter = notifications.specimen(kind, language, SETTINGS)
        for link in Page(letter.html).links:
            ours = link.startswith(SETTINGS.base_url) and "/admin/" not in link
            assert not ours or kind == "dispute" or link.startswith(f"{SETTINGS.base_url}/{language}")


def test_only_what_nobody_needs_can_be_ended_by_one_press() -> None:
    ended = {kind for kind in KINDS if notifications.specimen(kind, "en", SETTINGS).unsubscribe}

    assert ended == {"abandoned", "alert", "alert, confirm"}
    for kind in ended:
        letter = notifications.specimen(kind, "de", SETTINGS)
        assert letter.unsubscribe is not None
        assert letter.unsubscribe.partition("?key=")[2] in letter.text
        assert "/de/" not in letter.unsubscribe


@pytest.mark.parametrize(
    ("language", "total", "day"),
    [
        ("en", "£50.53", "November 20, 2026"),
        ("de", "50,53\xa0€", "20. November 2026"),
        ("ja", "￥10,106", "2026年11月20日"),
    ],
)  # fmt: skip
def test_figures_and_days_are_written_as_the_reader_writes_them(language: str, total: str, day: str) -> None:
    letter = notifications.specimen("receipt", language, SETTINGS)

    for body in (letter.text, letter.html):
        assert total in body
        assert day in body


def test_a_list_of_mails_shows_what_comes_after_the_headline() -> None:
    html = notifications.specimen("refund", "en", SETTINGS).html

    hidden = html.partition('aria-hidden="true">')[2].partition("</div>")[0]
    assert hidden.startswith("Order K-10428, November 20, 2026 We have given back money")
    assert len(hidden) <= 160
