"""Somebody opens an account and comes in by password, by link and by passkey: with scripts, without, by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Shop, add_to_cart, eventually

PASSWORD = "correct horse battery"
LINK = re.compile(r'href="http://[^/]+(/(?:verify|login/link|password/reset|account/email)/[^"]+)"')
#: A telephone that keeps passkeys and whose owner always agrees.
KEEPER = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def link_to(shop: Shop, recipient: str, number: int) -> str:
    """The page that the `number`th mail with a link to somebody leads to."""
    found: list[str] = []

    def look() -> bool:
        found[:] = [
            link[1]
            for body in reversed(shop.letters(to=recipient))
            if (link := LINK.search(body))
        ]  # fmt: skip
        return len(found) >= number

    eventually(look)
    return found[number - 1]


@pytest.fixture
def here(shop: Shop) -> str:
    """The shop under a name: browsers keep passkeys for names, not for numbers."""
    return shop.base.replace("127.0.0.1", "localhost")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A browser on a phone, with JavaScript and without."""
    context = browser.new_context(java_script_enabled=request.param, viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def sign_out(page: Page) -> None:
    """By the button of the account's frame."""
    page.get_by_test_id("sign-out").click()
    page.wait_for_url("**/login**")


def test_an_account_by_mail_password_and_link(visitor: Page, browser: Browser, shop: Shop):
    page, email = visitor, f"ada-{id(visitor)}@example.org"
    book = shop.book()
    page.goto(f"{shop.base}/products/{book.slug}")
    add_to_cart(page)
    page.goto(f"{shop.base}/account")
    page.get_by_role("link", name="Open an account").click()
    page.locator("[name=email]").fill(email)
    page.get_by_test_id("register").click()
    expect(page.locator("main")).to_contain_text(f"A mail is on its way to {email}")

    page.goto(shop.base + link_to(shop, email, 1))
    page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("[name=password]").fill("short")
    page.get_by_test_id("verify").click()
    expect(page.locator(".fault")).to_contain_text("10 to 256 characters")
    expect(page.locator("[name=name]")).to_have_value("Ada Lovelace")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("verify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Good to see you, Ada Lovelace")

    sign_out(page)
    expect(page.locator("#bag")).to_contain_text("0")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill("not the password")
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_role("alert").first).to_contain_text("E-mail or password is wrong.")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    page.wait_for_url("**/account")
    expect(page.locator("#bag")).to_contain_text("1")

    desk = browser.new_context(viewport={"width": 1440, "height": 900})
    other = desk.new_page()
    other.goto(f"{shop.base}/login?next=/account/security")
    other.locator("[name=email]").fill(email)
    other.get_by_test_id("mail-link").click()
    other.goto(shop.base + link_to(shop, email, 2))
    expect(other.locator("main")).to_contain_text(f"This signs you in as {email}")
    other.get_by_test_id("use-link").dblclick()  # it works once, and is sent once
    other.wait_for_url("**/account/security")
    expect(other.get_by_test_id("session")).to_have_count(2)
    other.get_by_test_id("end-others").click()
    expect(other.get_by_test_id("session")).to_have_count(1)
    desk.close()

    page.goto(f"{shop.base}/account")
    expect(page).to_have_url(re.compile("/login"))


def test_a_passkey_is_all_one_needs(page: Page, here: str, shop: Shop):
    email = f"key-{id(page)}@example.org"
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**KEEPER, "automaticPresenceSimulation": True}}
    )
    page.goto(f"{here}/register")
    page.locator("[name=email]").fill(email)
    page.get_by_test_id("register").click()
    page.goto(here + link_to(shop, email, 1))
    page.get_by_test_id("verify").click()
    page.goto(f"{here}/account/security")
    page.get_by_test_id("add-passkey").click()
    page.wait_for_url("**said=passkey**")
    expect(page.get_by_test_id("passkey")).to_have_count(1)
    page.get_by_label("Name of passkey 1").fill("My telephone")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_label("Name of passkey 1")).to_have_value("My telephone")

    page.get_by_test_id("add-passkey").click()
    expect(page.locator("passkey-add [data-said]")).to_have_text(
        "This device has a passkey for your account already."
    )

    # The browser offers it by itself in the e-mail field, and this one's owner always agrees.
    page.get_by_test_id("sign-out").click()
    page.wait_for_url("**/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    page.goto(f"{here}/account/security")
    page.get_by_role("button", name=re.compile("Remove.*My telephone")).click()
    expect(page.get_by_test_id("passkey")).to_have_count(0)
    page.get_by_test_id("sign-out").click()
    page.wait_for_url("**/login**")
    page.get_by_test_id("sign-in-passkey").click()
    expect(page.locator("passkey-login [data-said]")).not_to_be_empty()


def test_with_nothing_but_a_keyboard(browser: Browser, shop: Shop):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page, email = context.new_page(), f"keys-{id(context)}@example.org"
    page.goto(f"{shop.base}/register")
    type_into(page, "email", email)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("A mail is on its way")
    page.goto(shop.base + link_to(shop, email, 1))
    type_into(page, "name", "Ada")
    type_into(page, "password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account?said=welcome")
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login**")
    type_into(page, "email", email)
    type_into(page, "password", PASSWORD)
    tab_to(page, "Sign in")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    tab_to(page, "Sign-in and security")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/security")
    context.close()


def type_into(page: Page, name: str, text: str) -> None:
    """Tab to a field and type."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            page.keyboard.type(text)
            return
    raise AssertionError(f"no way to {name}")


def tab_to(page: Page, words: str) -> None:
    """Tab to what says so."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == words:
            return
    raise AssertionError(f"no way to {words}")


def test_every_page_of_an_account_is_fit_to_be_seen(page: Page, here: str, shop: Shop):
    email = f"eyes-{id(page)}@example.org"
    for path, name in (("/login?out=1", "login"), ("/login/link", "link"), ("/password/forgot", "forgot"),
                       ("/verify/nothing", "link-unknown"), ("/register", "register")):  # fmt: skip
        page.goto(here + path)
        seen(page, f"account-{name}")
    page.locator("[name=email]").fill(email)
    page.get_by_test_id("register").click()
    seen(page, "account-sent")
    first = here + link_to(shop, email, 1)
    page.goto(first)
    page.locator("[name=password]").fill("short")
    page.get_by_test_id("verify").click()
    seen(page, "account-verify")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_test_id("verify").click()
    seen(page, "account-overview")
    page.goto(f"{here}/account/security")
    seen(page, "account-security")
    page.locator("[name=email]").fill(f"new-{email}")
    page.get_by_test_id("change-email").click()
    expect(page.locator("main")).to_contain_text("A mail is on its way")
    page.goto(here + link_to(shop, f"new-{email}", 1))
    seen(page, "account-email")
    for number, (path, button) in enumerate(
        (("/login/link", "mail-link"), ("/password/forgot", "forgot")), 2
    ):
        page.goto(here + path)
        page.locator("[name=email]").fill(email)
        page.get_by_test_id(button).click()
        page.goto(here + link_to(shop, email, number))
        seen(page, f"account-{button}-opened")
    page.goto(first)
    seen(page, "account-link-used")
    page.locator("main").get_by_role("link", name="To your account").click()
    sign_out(page)
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill("wrong")
    page.get_by_test_id("sign-in").click()
    seen(page, "account-login-wrong")
