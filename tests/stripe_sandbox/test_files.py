"""Files that are uploaded, and evidence that refers to them."""

import io
from typing import Any

import pytest
import stripe
from tests.stripe_sandbox.disputing import disputed
from tests.stripe_sandbox.harness import World

PDF = b"%PDF-1.7\n" + b"." * 2000


def named(content: bytes, name: str) -> Any:
    """A file as the SDK wants it."""
    made = io.BytesIO(content)
    made.name = name
    return made


async def uploaded(world: World, content: bytes = PDF, name: str = "receipt.pdf", **params: Any) -> Any:
    """A file of evidence."""
    given: Any = {"purpose": "dispute_evidence", "file": named(content, name)} | params
    return await world.stripe.v1.files.create_async(given)


async def test_a_file_is_named_measured_and_looked_at(world: World):
    file = await uploaded(world)

    assert (file.object, file.filename, file.size, file.type) == ("file", "receipt.pdf", 2009, "pdf")
    assert (file.purpose, file.created, file.expires_at) == ("dispute_evidence", int(world.now), None)
    assert await world.types() == ["file.created"]


async def test_files_are_retrieved_and_listed_by_purpose(world: World):
    first = await uploaded(world)
    logo = await uploaded(world, b"\x89PNG\r\n\x1a\n....", "logo.png", purpose="business_logo")

    assert (await world.stripe.v1.files.retrieve_async(first.id)).filename == "receipt.pdf"
    assert [one.id for one in (await world.stripe.v1.files.list_async()).data] == [logo.id, first.id]
    only = await world.stripe.v1.files.list_async({"purpose": "dispute_evidence"})
    assert [one.id for one in only.data] == [first.id]


async def test_the_type_is_what_the_file_holds_not_what_it_is_called(world: World):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await uploaded(world, b"<html>", "page.html")

    assert refused.value.param == "file"
    assert "jpg, pdf, png" in str(refused.value)
    assert (await uploaded(world, b"\xff\xd8\xff\xe0....", "scan.dat")).type == "jpg"


async def test_a_file_may_be_neither_empty_nor_larger_than_its_purpose_allows(world: World):
    for content in (b"", PDF + b"." * 5_000_000):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await uploaded(world, content)
        assert refused.value.param == "file"

    assert (await world.stripe.v1.files.list_async()).data == []


async def test_purpose_and_file_are_needed(world: World):
    for params, missing in (
        ({"purpose": "dispute_evidence"}, "file"),
        ({"file": named(PDF, "a.pdf")}, "purpose"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await world.stripe.v1.files.create_async(params)
        assert (refused.value.param, refused.value.code) == (missing, "parameter_missing")


async def test_an_upload_is_repeated_by_its_key(world: World):
    options: Any = {"idempotency_key": "one-upload"}
    params: Any = {"purpose": "dispute_evidence", "file": named(PDF, "a.pdf")}
    first = await world.stripe.v1.files.create_async(params, options)

    params["file"] = named(PDF, "a.pdf")
    again = await world.stripe.v1.files.create_async(params, options)
    params["file"] = named(PDF + b"!", "a.pdf")
    with pytest.raises(stripe.IdempotencyError):
        await world.stripe.v1.files.create_async(params, options)

    assert again.id == first.id


async def test_evidence_refers_to_files(world: World):
    dispute = await disputed(world)
    file = await uploaded(world)

    staged = await world.stripe.v1.disputes.update_async(
        dispute.id, {"evidence": {"receipt": file.id}, "submit": False}
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await world.stripe.v1.disputes.update_async(dispute.id, {"evidence": {"receipt": "file_unknown"}})

    assert (staged.evidence.receipt, staged.evidence_details.has_evidence) == (file.id, True)
    assert refused.value.param == "evidence[receipt]"
    shown = await world.stripe.v1.disputes.retrieve_async(dispute.id, {"expand": ["evidence.receipt"]})
    assert shown.evidence.receipt.filename == "receipt.pdf"


async def test_a_broken_form_is_refused(world: World):
    status, _, body = await world.raw(
        "POST", "/v1/files", "--x\r\nno headers", content_type="multipart/form-data; boundary=x"
    )

    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


async def test_the_request_log_does_not_keep_what_was_uploaded(world: World):
    await uploaded(world)

    newest = world.box.requests.page(limit=1)[0]
    kept = world.box.requests.find(newest["id"])

    assert kept is not None
    assert (kept["path"], kept["sent"]) == ("/v1/files", b"")
