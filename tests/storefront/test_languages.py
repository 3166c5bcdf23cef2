"""Pages in each language: their addresses, what caches and search engines are told, and what is remembered."""

import re

import pytest
from tests.catalog.books import put_book

from kassa import alerts, catalog
from kassa.config import ConfigError, Settings
from kassa.kernel import speech
from kassa.storefront import refusals

LANGUAGES = Settings().locales


FILE = """\
Kind,Name,Title,Description
product,emma,Emma auf Deutsch,<p>Schön.</p>
shelf,novels,Romane,
word,Paperback,Taschenbuch,
"""


async def _translated(db, clock):
    await put_book(db, clock, "Emma", collections=["Novels"])
    async with db.transaction() as tx:
        await catalog.index(tx, await catalog.load_translations(tx, "de", FILE))


async def test_a_page_names_itself_in_every_language(browser, db, clock):
    await put_book(db, clock, "Emma")
    for language in LANGUAGES:
        at = "" if language == LANGUAGES[0] else f"/{language}"
        page = await browser.get(f"{at}/products/emma")

        assert page.headers["content-language"] == language
        assert f'<html lang="{language}" dir="ltr"' in page.text
        assert f'<link rel="canonical" href="http://shop.test{at}/products/emma">' in page.text
        assert set(re.findall(r'hreflang="([^"]+)" href="http://shop.test([^"]*)"', page.text)) == {
            ("x-default", "/products/emma"),
            *((one, ("" if one == "en" else f"/{one}") + "/products/emma") for one in LANGUAGES),
        }


async def test_every_link_and_form_of_a_page_stays_in_its_language(browser, db, clock):
    await put_book(db, clock, "Emma", collections=["Novels"])
    for path in (
        "/",
        "/books",
        "/products/emma",
        "/cart",
        "/login",
        "/register",
        "/wishlist",
        "/no-such-page",
    ):
        page = (await browser.get(f"/de{path}")).text.partition("<body>")[2]
        switch = re.search(r'<nav class="switch tongues".*?</nav>', page, re.S)
        assert switch
        own = page.replace(switch[0], "")
        addresses = re.findall(r'(?:href|action|formaction|data-from)="(/[^"]*)"', own)

        assert [one for one in addresses if not one.startswith(("/de/", "/media/", "/assets/"))] == []


async def test_the_switch_keeps_the_page_and_its_question(browser, db, clock):
    await put_book(db, clock, "Emma")
    page = (await browser.get("/fr/books?q=emma")).text

    assert '<a href="/books?q=emma" lang="en" hreflang="en">English</a>' in page
    assert '<a href="/fr/books?q=emma" lang="fr" hreflang="fr" aria-current="true">Français</a>' in page


async def test_what_leads_on_leads_on_in_the_same_language(browser, db, clock):
    await put_book(db, clock, "Emma")

    account = await browser.client.get("/de/account")
    shelf = await browser.client.get("/de/books?collection=novels")

    assert account.headers["location"].startswith("/de/login?next=")
    assert shelf.headers["location"] == "/de/collections/novels"


async def test_what_the_catalogue_says_is_said_in_the_language_of_the_page(browser, db, clock):
    await _translated(db, clock)

    german, english = await browser.get("/de/products/emma"), await browser.get("/products/emma")
    assert "<h1>Emma auf Deutsch</h1>" in german.text
    assert "Schön." in german.text
    assert ">Romane</a>" in german.text
    assert "Emma auf Deutsch" not in english.text
    assert "Emma auf Deutsch" in (await browser.get("/de/books")).text
    assert "Romane" in (await browser.get("/de/")).text
    assert "Romane" not in (await browser.get("/")).text


async def test_a_book_is_found_by_its_title_in_another_language(browser, db, clock):
    await _translated(db, clock)

    assert "/de/products/emma" in (await browser.get("/de/books?q=Deutsch")).text
    assert "/products/emma" in (await browser.get("/books?q=Deutsch")).text


async def test_a_mail_about_an_account_is_asked_for_in_the_language_of_the_page(browser, db):
    await browser.post("/de/register", email="ada@example.org")

    async with db.connection() as conn:
        args = await conn.fetchval("select args from jobs where name = 'send_account_mail'")
    assert args["language"] == "de"


def test_what_is_refused_is_worded_by_its_code_where_the_sentence_is_not_known():
    refusal = alerts.InStock("It is there: you can buy it now.")

    assert refusals.said(refusal) == "It is there: you can buy it now."
    with speech.speak("de"):
        told = refusals.worded("The total is above what can be charged at once in EUR.", "amount_too_large")
        assert told == speech.translate("The total is above what can be charged at once.")
        assert refusals.worded("Schon übersetzt.", "gift_card_empty") == "Schon übersetzt."


def test_the_mirrored_language_is_never_offered_in_production():
    env = {"KASSA_LOCALES": "en,ar-XB", "KASSA_ENV": "production", "KASSA_SECRET_KEY": "x" * 32}
    with pytest.raises(ConfigError, match="ar-XB"):
        Settings.load(env)
    assert Settings.load({**env, "KASSA_ENV": "development"}).locales == ("en", "ar-XB")


@pytest.mark.parametrize(
    "address",
    [
        "/%2Fevil.example/",
        "/%5Cevil.example",
        "/de//evil.example",
        "/de/%2F%5Cevil.example",
        "/%09/evil.example",
    ],
)
async def test_no_address_makes_a_page_lead_to_another_site(browser, address):
    page = await browser.get(address)

    switch = re.search(r'<nav class="switch tongues".*?</nav>', page.text, re.S)
    assert page.status_code == 404
    assert switch
    for there in [
        *re.findall(r'href="([^"]*)"', switch[0]),
        *re.findall(r'name="next" value="([^"]*)"', page.text),
    ]:
        assert re.match(r"/[^/\\\s]", there), there
