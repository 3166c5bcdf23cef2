-- An order is paid for by one payment; whatever else succeeds for it is surplus, and goes back.
create unique index payments_one_pays on payments (order_id) where state = 'succeeded' and not surplus;
