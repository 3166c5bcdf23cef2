"""Papers travel to the bank with the texts."""

from tests.disputes.test_evidence import PDF, PNG


async def test_papers_are_uploaded_once_and_submitted_by_their_field(till):
    dispute = await till.contest(await till.sold())
    await till.attach(dispute, PDF)
    await till.attach(dispute, PNG, "customer_signature", "sign.png", "image/png")
    fault = {
        "match": {"method": "POST", "path": f"/v1/disputes/{dispute.provider_ref}"},
        "fault": "lose_answer",
    }
    await till.stripe.control("POST", "/faults", {**fault, "count": 3})

    await till.submit(dispute)
    await till.settle()

    assert (await till.now(dispute)).state == "under_review"
    sent = await till.stripe.stripe.v1.disputes.retrieve_async(dispute.provider_ref)
    files = await till.stripe.stripe.v1.files.list_async()
    assert {sent.evidence.receipt, sent.evidence.customer_signature} == {file.id for file in files.data}
    assert {file.filename for file in files.data} == {"Receipt.pdf", "sign.png"}
