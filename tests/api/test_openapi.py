"""The document and the guide say what the routes do: both are compared with the code."""

import re
from pathlib import Path

import jsonschema_rs
import pytest
from tests.api.conftest import ORDER

import kassa.app
from kassa import api
from kassa.api import openapi
from kassa.api.codes import CODES
from kassa.api.doc import Doc
from kassa.kernel.errors import Invalid, KassaError
from kassa.web import STATUSES

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "api.md"
#: Codes of commands and pages; the API has no way to them.
ELSEWHERE = {
    "bad_setting", "error", "conflict", "import_failed", "currency_mismatch", "unknown_currency", "hold_not_found",
    "unavailable", "order_id_taken", "total_changed",
}  # fmt: skip
ROOMS = (
    "api",
    "web",
    "cart",
    "catalog",
    "checkout",
    "disputes",
    "fulfilment",
    "inventory",
    "orders",
    "payments",
    "pricing",
    "refunds",
    "stripe",
    "kernel",
    "webhooks",
)


def _codes() -> dict[str, set[int]]:
    """Every code that a failure of our rooms can carry, and its statuses."""
    assert kassa.app
    found: dict[str, set[int]] = {}
    waiting = [KassaError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[1] in ROOMS and kind.code not in ELSEWHERE:
            status = next(STATUSES[parent] for parent in kind.__mro__ if parent in STATUSES)
            found.setdefault(kind.code, set()).update(
                {status, 422} if issubclass(kind, Invalid) else {status}
            )
    return found


def test_every_code_is_documented_with_its_status():
    for code, statuses in _codes().items():
        assert code in CODES, code
        assert CODES[code][0] in statuses, code


def test_the_guide_lists_every_code():
    listed = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", GUIDE.read_text(), re.MULTILINE))
    assert listed == {code: str(status) for code, (status, _) in CODES.items()}


def test_every_route_is_described_and_every_refusal_has_a_name():
    document = api.openapi_document()

    assert document["openapi"].startswith("3.1")
    keyed = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert set(re.findall(r"\{(\w+)\}", path)) <= names
            assert any(status.startswith("2") for status in operation["responses"])
            if "Idempotency-Key" in names:
                keyed.add(f"{method.upper()} {path.removeprefix('/api/v1')}")
    assert keyed == {
        "POST /orders", "POST /buy-now", "POST /orders/{order_id}/gift-cards", "POST /orders/{order_id}/payments",
        "POST /orders/{order_id}/cancellation",
        "POST /admin/stock/{sku}/adjustments", "POST /admin/orders/{order_id}/fulfilments",
        "POST /admin/orders/{order_id}/refunds", "POST /admin/disputes/{dispute_id}/submission",
        "POST /admin/fulfilments/{fulfilment_id}/shipment", "POST /admin/fulfilments/{fulfilment_id}/delivery",
        "POST /admin/fulfilments/{fulfilment_id}/cancellation",
    }  # fmt: skip


def test_operations_have_names_of_their_own():
    operations = [
        op["operationId"] for ops in api.openapi_document()["paths"].values() for op in ops.values()
    ]
    assert len(operations) == len(set(operations))


def test_a_route_without_a_description_is_our_mistake():
    with pytest.raises(KeyError):
        openapi.doc_of(api.openapi_json)
    assert isinstance(openapi.doc_of(api.route_handlers[-6]), Doc)


async def test_the_document_is_served_and_answers_are_what_it_says(front, boss, client):
    document = (await client.get("/openapi.json")).json()
    assert document == api.openapi_document()
    cart = (await front.send("POST", "/carts", {})).json()
    order = await front.order()
    for shape, answer in (
        ("OrderOut", order),
        ("OrderOut", (await front.get(f"/orders/{order['id']}")).json()),
        ("OrderList", (await front.get("/orders")).json()),
        ("CartOut", cart),
        ("CartOut", (await front.send("POST", f"/carts/{cart['id']}/lines", {"sku": "EMMA-PB"})).json()),
        ("ProductList", (await front.get("/products")).json()),
        ("ProductOut", (await front.get("/products/emma-pb")).json()),
        ("StockOut", (await boss.get("/admin/stock/EMMA-PB")).json()),
        ("PaymentOut", (await front.wish(f"/orders/{order['id']}/payments", {"flow": "element"})).json()),
        ("Problem", (await front.get("/orders/nothing")).json()),
        ("PlaceOrderBody", ORDER),
    ):
        schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
        jsonschema_rs.validator_for(schema).validate(answer)


async def test_the_reference_is_served_from_our_own_files(client):
    page = await client.get("/docs")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    scripts = re.findall(r'<script src="([^"]+)"></script>', page.text)
    assert len(scripts) == page.text.count("<script") == 2
    for script in scripts:
        answer = await client.get(script)
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.is_success
    plain = await client.get(scripts[0], headers={"Accept-Encoding": "identity"})
    assert plain.text == (await client.get(scripts[0])).text
