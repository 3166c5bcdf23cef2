-- How an order's total came about: the whole quote as it was agreed, what each discount took, and the minor units
-- by which a rule of rounding moved prices. Orders that are older than this have no quote.
alter table orders
    add rounding_minor bigint not null default 0,
    add discounts      jsonb not null default '[]',
    add quote          jsonb,
    drop constraint orders_check,
    add constraint orders_total check (
        total_minor = subtotal_minor - discount_minor + rounding_minor + shipping_minor
                      + case when tax_included then 0 else tax_minor end);
alter table order_lines
    add rounding_minor bigint not null default 0;
