-- When nothing was left to pack or to hand over: what waits is found without looking at all that ever left.
alter table orders add column sent_at timestamptz;
create index orders_to_ship on orders (created_at, id) where state in ('paid', 'fulfilling') and sent_at is null;
