"""The administrator's routes of taxes: how the shop is taxed, and rates of its own."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath
from msgspec import Meta

from kassa.api.auth import AnyRequest, shop_of
from kassa.api.doc import documented, reply
from kassa.api.requests import Body, CountryCode, Short, identity
from kassa.kernel.db import Conn
from kassa.pricing import Rounding, taxes
from kassa.web import read_json

_ABOUT = "Basis points, hundredths of a percent: 8.875 % are 887.5."


class TaxSettingsBody(Body, frozen=True):
    """How the shop is taxed. `on_top`: countries where prices are without tax; `vat_id`: the shop's own number;
    `provider`: `table`, or `stripe` for Stripe Tax.
    """

    home: CountryCode
    rounding: Rounding = Rounding.LINE
    provider: Annotated[str, Meta(pattern="^(table|stripe)$")] = "table"
    on_top: Annotated[list[CountryCode], Meta(max_length=300)] = msgspec.field(
        default_factory=lambda: sorted(taxes.ON_TOP)
    )
    vat_id: Annotated[str, Meta(max_length=40)] = ""


class TaxRateBody(Body, frozen=True):
    """A rate, from one day to another (both included). `region` "" is all of the country; `name` is what the tax is
    called there, if not VAT or sales tax.
    """

    country: CountryCode
    tax_class: Annotated[str, Meta(min_length=1, max_length=40)]
    basis_points: Annotated[float, Meta(ge=0, le=10_000, description=_ABOUT)]
    region: Short = ""
    name: Annotated[str, Meta(max_length=40)] = ""
    starts_on: date | None = None
    ends_on: date | None = None


class TaxRateOut(msgspec.Struct, frozen=True):
    """A rate of the shop's own."""

    id: str
    country: str
    region: str
    tax_class: str
    basis_points: float
    name: str
    starts_on: date | None
    ends_on: date | None


class TaxesOut(msgspec.Struct, frozen=True):
    """How the shop is taxed, and its own rates; those that come with Kassa are not among them."""

    home: str
    rounding: str
    provider: str
    on_top: list[str]
    vat_id: str
    rates: list[TaxRateOut]


@get("/taxes", opt=documented(summary="Show tax settings", tag="Admin", answers={200: TaxesOut}, admin=True))
async def show(request: AnyRequest) -> Response[bytes]:
    """GET /admin/taxes: how the shop is taxed, with the rates of its own."""
    async with shop_of(request).db.snapshot() as conn:
        return reply(await _out(conn))


@put(
    "/taxes",
    opt=documented(
        summary="Change tax settings", tag="Admin", body=TaxSettingsBody, answers={200: TaxesOut},
        errors=("bad_tax_rate",), admin=True,
        description="It holds for what is sold from then on; orders keep the tax they were placed with.",
    ),
)  # fmt: skip
async def save(request: AnyRequest) -> Response[bytes]:
    """PUT /admin/taxes: the settings are exactly as given afterwards."""
    shop, body = shop_of(request), await read_json(request, TaxSettingsBody)
    wish = taxes.Settings(body.home, body.rounding, body.provider, tuple(body.on_top), body.vat_id)
    async with shop.db.transaction() as tx:
        await taxes.save(tx, wish, now=shop.clock.now())
        return reply(await _out(tx))


@put(
    "/taxes/rates/{rate_id:str}",
    opt=documented(
        summary="Note a tax rate", tag="Admin", body=TaxRateBody, answers={200: TaxesOut},
        errors=("bad_tax_rate", "tax_rate_not_found"), admin=True,
        description="The id is yours to choose, a UUID. Two rates of one place and class never hold on the same day.",
    ),
)  # fmt: skip
async def put_rate(request: AnyRequest, rate_id: FromPath[str]) -> Response[bytes]:
    """PUT /admin/taxes/rates/{id}: the rate is exactly as given afterwards."""
    shop, body = shop_of(request), await read_json(request, TaxRateBody)
    rate = taxes.OwnRate(
        _id(rate_id), body.country, body.region, body.tax_class, body.basis_points, body.name, body.starts_on,
        body.ends_on,
    )  # fmt: skip
    async with shop.db.transaction() as tx:
        await taxes.write_rate(tx, rate, now=shop.clock.now())
        return reply(await _out(tx))


@delete(
    "/taxes/rates/{rate_id:str}",
    status_code=200,
    opt=documented(
        summary="Remove a tax rate", tag="Admin", answers={200: TaxesOut}, errors=("tax_rate_not_found",), admin=True
    ),
)  # fmt: skip
async def remove_rate(request: AnyRequest, rate_id: FromPath[str]) -> Response[bytes]:
    """DELETE /admin/taxes/rates/{id}: the rate is gone; orders that were placed keep it."""
    async with shop_of(request).db.transaction() as tx:
        await taxes.remove(tx, _id(rate_id))
        return reply(await _out(tx))


def _id(text: str) -> UUID:
    return identity(text, taxes.RateNotFound("There is no such rate."))


async def _out(conn: Conn) -> TaxesOut:
    known, rates = await taxes.settings(conn), await taxes.own_rates(conn)
    shown = [
        TaxRateOut(
            str(one.id), one.country, one.region, one.tax_class, one.basis_points, one.name, one.starts_on, one.ends_on
        )
        for one in rates
    ]  # fmt: skip
    return TaxesOut(known.home, str(known.rounding), known.provider, list(known.on_top), known.vat_id, shown)
