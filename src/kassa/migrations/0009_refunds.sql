-- Surplus that did not reach its customer can be sent back again; two at once still can't be written down.
drop index refunds_surplus_once;
create unique index refunds_surplus_once on refunds (payment_id) where kind = 'surplus' and state = 'requested';
-- What is looked after until it is decided.
create index refunds_undecided on refunds (updated_at) where state in ('requested', 'pending');
