"""Finding a book: on a phone and at a desk, by keyboard, and without a script."""

import re

from playwright.sync_api import Browser, Page, expect
from tests.e2e.desk import seen
from tests.e2e.shop import Shop

DESK = {"width": 1440, "height": 900}


def test_filters_change_the_list_where_it_stands(page: Page, shop: Shop):
    page.set_viewport_size(DESK)
    page.goto(f"{shop.base}/books")
    count = page.get_by_role("status").filter(has_text=re.compile(r"\d+ books?"))
    all_books = count.inner_text()

    page.get_by_role("checkbox", name=re.compile("^Love")).check()
    expect(count).not_to_have_text(all_books)
    expect(page).to_have_url(re.compile(r"/books\?subject=Love$"))
    expect(page.get_by_role("checkbox", name=re.compile("^Love"))).to_be_focused()
    page.get_by_role("checkbox", name=re.compile("^Politics")).check()
    expect(page).to_have_url(re.compile(r"subject=Love&subject=Politics$"))
    page.get_by_label("Sorted by").select_option("price")
    expect(page).to_have_url(re.compile(r"subject=Love&subject=Politics&sort=price$"))
    seen(page, "find-narrowed", whole=False)

    page.get_by_role("link", name="Without Love").click()
    expect(page).to_have_url(re.compile(r"/books\?subject=Politics&sort=price$"))
    expect(page.get_by_role("checkbox", name=re.compile("^Love"))).not_to_be_checked()
    page.go_back()
    expect(page.get_by_role("checkbox", name=re.compile("^Love"))).to_be_checked()
    page.go_back()
    page.go_back()
    page.go_back()
    expect(count).to_have_text(all_books)
    expect(page).to_have_url(f"{shop.base}/books")


def test_on_a_phone_the_filters_are_a_sheet(page: Page, shop: Shop):
    page.goto(f"{shop.base}/collections/fiction")
    expect(page.get_by_role("link", name="All books").last).to_be_visible()
    expect(page.locator("#narrow")).to_be_hidden()

    page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox", name=re.compile("^Hardcover")).check()
    expect(page).to_have_url(re.compile("format=Hardcover"))
    expect(page.locator("#narrow")).to_be_visible()
    seen(page, "find-sheet", whole=False)
    page.get_by_role("button", name=re.compile("^Show ")).click()
    expect(page.locator("#narrow")).to_be_hidden()
    expect(page.get_by_role("button", name="Filter (1)")).to_be_visible()

    page.get_by_role("link", name="More books").click()
    expect(page).to_have_url(re.compile("after="))
    expect(page.get_by_role("link", name="Back to the first page")).to_be_visible()


def test_the_search_box_suggests_and_is_worked_by_keys_alone(page: Page, shop: Shop):
    page.set_viewport_size(DESK)
    page.goto(shop.base)
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("aus")
    first = page.get_by_role("option", name="Jane Austen", exact=True)
    expect(first).to_be_visible()
    expect(page.locator("suggest-box [role=status]")).to_have_text(re.compile(r"^\d+ suggestions\."))

    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "")
    expect(box).to_be_focused()
    seen(page, "find-suggestions", whole=False)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("aus")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/books\?q=Jane(%20|\+)Austen$"))


def test_without_a_script_everything_is_a_form_or_a_link(browser: Browser, shop: Shop):
    for width, height in ((360, 780), (1440, 900)):
        context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": height})
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(shop.base)
        page.locator("#search").fill("austne")
        page.locator("#search").press("Enter")
        expect(page.get_by_text("Showing results for austen.")).to_be_visible()
        expect(page.get_by_role("heading", name="Persuasion")).to_be_visible()
        found = page.locator(".book").count()

        if width < 600:
            page.get_by_role("button", name="Filter").click()
        page.get_by_role("checkbox", name=re.compile("^Comedy")).check()
        page.get_by_role("button", name=re.compile("^Show ")).last.click()
        expect(page).to_have_url(re.compile("subject=Comedy"))
        expect(page.locator(".book")).to_have_count(1)
        page.get_by_role("link", name="Without Comedy").click()
        expect(page.locator(".book")).to_have_count(found)
        context.close()


def test_what_finds_nothing_helps(page: Page, shop: Shop):
    page.goto(f"{shop.base}/books?subject=Love&author=Homer")
    seen(page, "find-nothing")
    page.get_by_role("main").get_by_role("link", name="Without Love").last.click()
    expect(page.locator(".book")).to_have_count(2)
    page.goto(f"{shop.base}/books?q=austne")
    seen(page, "find-corrected")
    page.get_by_role("link", name="Search instead for austne").click()
    expect(page.get_by_text("Nothing on the shelves fits that.")).to_be_visible()
