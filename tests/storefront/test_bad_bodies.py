"""Whatever is sent to a form, the answer is a clear refusal and nothing is stored."""

import pytest

from kassa import orders

ROUTES = ("/cart/lines", "/cart/lines/change", "/cart/lines/remove", "/currency")
BODIES = {
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "json": (b'{"sku": "EMMA-PB", "quantity": 1}', "application/json"),
    "broken json": (b'{"sku": ', "application/json"),
    "no form at all": (b"\x00\xff\xfe", "application/octet-stream"),
    "bytes that are no text": (b"sku=\xff\xfe&quantity=%ff", "application/x-www-form-urlencoded"),
    "a NUL": (b"sku=a%00b&quantity=1", "application/x-www-form-urlencoded"),
    "half a surrogate": (b"sku=%ed%a0%80&quantity=1", "application/x-www-form-urlencoded"),
    "a form without a boundary": (b"--x", "multipart/form-data"),
    "half a form": (
        b"--x\r\nContent-Disposition: form-data; name=sku\r\n\r\nEM",
        "multipart/form-data; boundary=x",
    ),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="sku"; filename="a"\r\n\r\nEMMA-PB\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "a thousand fields": (
        "&".join(f"f{n}=1" for n in range(1000)).encode(),
        "application/x-www-form-urlencoded",
    ),
    "ten megabytes": (b"sku=" + b"x" * 10_000_000, "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("route", ROUTES)
async def test_a_body_that_is_no_form_of_ours_is_refused(browser, route, body):
    content, type_ = BODIES[body]

    answer = await browser.client.post(route, content=content, headers={"Content-Type": type_})

    assert 400 <= answer.status_code < 500
    assert "set-cookie" not in answer.headers
    assert "Your bag is empty" in (await browser.get("/cart")).text


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_is_no_form_of_ours_orders_nothing(browser, db, body):
    await browser.add()
    content, type_ = BODIES[body]

    answer = await browser.client.post("/checkout", content=content, headers={"Content-Type": type_})

    assert 400 <= answer.status_code < 500
    async with db.connection() as conn:
        assert (await orders.list_orders(conn)).items == []
