"""Reviews at the desk: read, published, taken down."""

import pytest
from tests.reviews.test_reviews import bought, product_id, rating, state, write

from kassa.kernel.ids import new_id
from kassa.reviews import Words

__all__ = ["product_id"]


@pytest.fixture
async def review_id(db, clock, product_id):
    """One that waits to be read."""
    words = Words("Anna K.", 4, "<i>Yes.</i>\nAnd again.")
    return await write(db, clock, product_id, await bought(db, clock), words)


async def verdict(operator, review_id, word):
    await operator.open("/admin/reviews")
    return await operator.send(f"/admin/reviews/{review_id}/verdict", verdict=word)


async def test_the_queue_shows_what_waits_as_text(operator, review_id):
    page = (await operator.open("/admin/reviews")).text

    assert "&lt;i&gt;Yes.&lt;/i&gt;" in page
    assert "anna@example.org" in page
    assert 'aria-label="1 to read"' in page
    assert "Anna K." not in (await operator.open("/admin/reviews?state=published")).text
    assert (await operator.open("/admin/reviews?state=nonsense")).status_code == 400


async def test_a_verdict_is_given_and_can_be_changed(operator, db, product_id, review_id):
    for word, stars in (("published", 1), ("published", 1), ("refused", 0)):
        assert (await verdict(operator, review_id, word)).status_code == 303
        assert await state(db, review_id) == word
        assert (await rating(db, product_id))[3] == stars


async def test_what_is_no_verdict_or_no_review_changes_nothing(operator, db, review_id):
    assert (await verdict(operator, review_id, "pending")).status_code == 400
    assert (await verdict(operator, new_id(), "published")).status_code == 404
    assert (await verdict(operator, "x", "published")).status_code == 404
    assert await state(db, review_id) == "pending"


async def test_without_a_login_nothing_is_published(browser, db, review_id):
    assert (await browser.open("/admin/reviews")).status_code in (302, 303)
    await browser.send(f"/admin/reviews/{review_id}/verdict", verdict="published")
    assert await state(db, review_id) == "pending"
