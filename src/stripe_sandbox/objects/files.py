"""Uploaded files: what evidence may refer to. Their contents are measured and looked at, not kept."""

from typing import Final

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work

# What the purposes that have rules allow: types, and bytes in all.
RULES: Final = {
    "business_icon": (("gif", "jpg", "png"), 512_000),
    "business_logo": (("gif", "jpg", "png"), 512_000),
    "customer_signature": (("jpg", "pdf", "png"), 4_000_000),
    "dispute_evidence": (("jpg", "pdf", "png"), 5_000_000),
}


def create(work: Work, params: Obj) -> Obj:
    """A file that was uploaded.

    Raises:
        StripeError: 400 for one that is empty, or of a type or size that its purpose does not allow.
    """
    given, purpose = params["file"], params["purpose"]
    if not given["size"]:
        raise invalid("The file you uploaded is empty.", "file")
    types, limit = RULES.get(purpose, ((), None))
    if types and given["type"] not in types:
        raise invalid(
            f"The file type uploaded is not valid for purpose '{purpose}'. Valid types are: {', '.join(types)}.",
            "file",
        )
    if limit is not None and given["size"] > limit:
        raise invalid(f"The file you uploaded is larger than the {limit:,} bytes of '{purpose}'.", "file")
    id = new_id("file_1")
    made = {
        "id": id,
        "object": "file",
        "created": work.now,
        "expires_at": None,
        "filename": given["name"],
        "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={id}"},
        "purpose": purpose,
        "size": given["size"],
        "title": None,
        "type": given["type"],
        "url": None,
    }
    work.save(made)
    work.emit("file.created", made)
    return made
