-- Whose saved cards may pay an attempt: Stripe's name of the customer, frozen before Stripe is asked, so that asking
-- again with the same key asks for the same thing.
alter table payments add customer_ref text;
