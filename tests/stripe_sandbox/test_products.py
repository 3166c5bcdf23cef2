"""Products."""

import pytest
import stripe
from tests.stripe_sandbox.harness import World
from tests.stripe_sandbox.selling import emma, price


async def test_a_product_lives_with_its_prices(world: World):
    products, prices = world.stripe.v1.products, world.stripe.v1.prices
    product = await emma(world, images=["https://a.test/1.png"])

    changed = await products.update_async(product.id, {"name": "Emma (1815)", "active": False})
    other = await prices.update_async(product.default_price, {"nickname": "paperback", "active": False})

    assert (changed.name, changed.active, other.nickname) == ("Emma (1815)", False, "paperback")
    found = await prices.list_async({"product": product.id, "active": False})
    assert [one.id for one in found.data] == [other.id]
    assert (await prices.list_async({"active": True})).data == []


async def test_a_product_with_prices_cannot_be_deleted(world: World):
    product = await emma(world)

    with pytest.raises(stripe.InvalidRequestError):
        await world.stripe.v1.products.delete_async(product.id)

    assert (await world.stripe.v1.products.retrieve_async(product.id)).active is True


async def test_a_product_without_prices_can_be_deleted(world: World):
    products = world.stripe.v1.products
    product = await products.create_async({"id": "emma", "name": "Emma"})

    assert (await products.delete_async(product.id)).deleted is True

    assert (await products.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError) as gone:
        await products.retrieve_async(product.id)
    assert gone.value.http_status == 404
    assert (await world.types())[-1] == "product.deleted"


async def test_a_product_id_is_given_once(world: World):
    products = world.stripe.v1.products
    await products.create_async({"id": "emma", "name": "Emma"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await products.create_async({"id": "emma", "name": "Another"})

    assert refused.value.code == "resource_already_exists"
    assert (await products.retrieve_async("emma")).name == "Emma"


async def test_a_product_keeps_everything_it_is_told(world: World):
    told = {
        "description": "A novel",
        "marketing_features": [{"name": "Cloth"}],
        "metadata": {"isbn": "9780141439587"},
        "package_dimensions": {"height": 20, "length": 13, "weight": 9, "width": 3},
        "shippable": True,
        "statement_descriptor": "BOOKS",
        "tax_code": "txcd_35010000",
        "tax_details": {"tax_code": "txcd_35010000"},
        "type": "good",
        "unit_label": "copy",
        "url": "https://shop.test/emma",
    }

    product = (await emma(world, **told)).to_dict()

    assert {name: product[name] for name in told} == told | {
        "tax_details": {"performance_location": None, "tax_code": "txcd_35010000"}
    }


async def test_empty_strings_unset_what_a_product_said(world: World):
    product = await emma(
        world, description="A novel", images=["https://a.test/1.png"], tax_code="txcd_35010000"
    )

    changed = await world.stripe.v1.products.update_async(
        product.id, {"description": "", "images": "", "tax_code": ""}
    )

    assert (changed.description, changed.images, changed.tax_code) == (None, [], None)


async def test_a_changed_product_is_announced_with_what_it_was(world: World):
    product = await emma(world, metadata={"shelf": "1"})
    world.now += 5

    await world.stripe.v1.products.update_async(product.id, {"name": "Persuasion", "metadata": {"row": "2"}})

    assert await world.types() == ["product.created", "price.created", "product.updated"]
    assert world.received[-1]["data"]["previous_attributes"] == {
        "metadata": {"row": None}, "name": "Emma", "updated": product.updated,
    }  # fmt: skip


async def test_a_product_that_did_not_change_is_not_announced(world: World):
    product = await emma(world)

    await world.stripe.v1.products.update_async(product.id, {"name": "Emma"})

    assert "product.updated" not in await world.types()


async def test_the_default_price_can_be_expanded_and_changed(world: World):
    product = await emma(world)
    other = await price(world, product=product.id, product_data=None, unit_amount=1200)

    changed = await world.stripe.v1.products.update_async(
        product.id, {"default_price": other.id, "expand": ["default_price"]}
    )

    assert changed.default_price.unit_amount == 1200


async def test_the_default_price_is_the_products_own(world: World):
    product, stranger = await emma(world), await price(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.products.update_async(product.id, {"default_price": stranger.id})

    assert refused.value.param == "default_price"
    found = await world.stripe.v1.products.retrieve_async(product.id)
    assert found.default_price == product.default_price


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"active": True}, ["Emma"]),
        ({"active": False}, ["Old"]),
        ({"ids": ["old", "nobody"]}, ["Old"]),
        ({"shippable": True}, ["Old"]),
        ({"url": "https://shop.test/emma"}, ["Emma"]),
        ({"type": "good"}, ["Old"]),
    ],
)
async def test_products_are_found_by_their_fields(world: World, filters, names):
    products = world.stripe.v1.products
    await products.create_async(
        {"id": "old", "name": "Old", "active": False, "shippable": True, "type": "good"}
    )
    await products.create_async({"name": "Emma", "url": "https://shop.test/emma"})

    found = await products.list_async(filters)

    assert [product.name for product in found.data] == names


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"images": [f"https://a.test/{n}.png" for n in range(9)]}, "images"),
        ({"statement_descriptor": "x" * 23}, "statement_descriptor"),
        ({"tax_code": "books"}, "tax_code"),
        ({"tax_details": {"tax_code": "txcd_1"}}, "tax_details[tax_code]"),
        ({"marketing_features": [{"name": "x"}] * 16}, "marketing_features"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_product_that_says_too_much_is_refused(world: World, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await emma(world, **params)

    assert refused.value.param == param
    assert (await world.stripe.v1.products.list_async()).data == []


async def test_a_product_can_do_without_a_default_price(world: World):
    product = await emma(world)

    changed = await world.stripe.v1.products.update_async(product.id, {"default_price": ""})

    assert changed.default_price is None


@pytest.mark.parametrize("change", [{"name": ""}, {"default_price": "price_nobody"}])
async def test_a_change_that_makes_no_sense_changes_nothing(world: World, change):
    product = await emma(world)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.products.update_async(product.id, change | {"active": False})

    assert refused.value.param == next(iter(change))
    assert (await world.stripe.v1.products.retrieve_async(product.id)).to_dict() == product.to_dict()
