"""What the tests of disputes say to the sandbox."""

from tests.stripe_sandbox.harness import World

DISPUTED = "pm_card_createDispute"
DAY = 86400


async def disputed(world: World, method: str = DISPUTED, **params):
    """The dispute of a payment with a card that is disputed."""
    intent = await world.paid(2000, method, **params)
    await world.pass_time(3)
    return (await world.stripe.v1.disputes.list_async({"payment_intent": intent.id})).data[0]


async def charge_of(world: World, dispute):
    """The charge that is disputed, as it is now."""
    return await world.stripe.v1.charges.retrieve_async(dispute.charge)


async def respond(world: World, dispute, text: str, **params):
    """Evidence of one text."""
    return await world.stripe.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": text}} | params
    )


async def types_about(world: World, dispute):
    """The types of the events about this dispute, in order."""
    await world.box.deliver_due()
    return [
        event["type"].removeprefix("charge.dispute.")
        for event in world.received
        if event["data"]["object"]["id"] == dispute.id
    ]
