\set variant random(1, 200)
begin;
insert into orders (id, number, token_hash, currency, email, subtotal_minor, shipping_minor, tax_minor, total_minor, tax_included, shipping_method, shipping_address, created_at)
values (gen_random_uuid(), nextval('bench_numbers'), '\x00', 'EUR', 'a@b.c', 1299, 390, 0, 1689, true, 'standard', '{}', now()) returning id as order_id \gset
insert into order_lines (id, order_id, position, variant_id, sku, title, slug, quantity, unit_minor, tax_minor, total_minor)
select :order_id::uuid, :order_id::uuid, 1, id, sku, '', '', 1, 1299, 0, 1299 from bench_variants where n = :variant;
insert into holds (id, state, expires_at, created_at) values (:order_id::uuid, 'held', now() + interval '1 hour', now());
insert into hold_lines (hold_id, variant_id, quantity) select :order_id::uuid, id, 1 from bench_variants where n = :variant;
insert into payments (id, order_id, flow, state, amount_minor, currency, created_at, updated_at) values (:order_id::uuid, :order_id::uuid, 'element', 'open', 1689, 'EUR', now(), now());
insert into order_events (order_id, seq, at, type, actor, hash) values (:order_id::uuid, 1, now(), 'order.placed', 'customer', '\x00');
update stock set reserved = reserved + 1 where variant_id = (select id from bench_variants where n = :variant);
commit;
begin;
insert into stripe_events (id, type, object_id, body, run_at, received_at, state) values (gen_random_uuid()::text, 'payment_intent.succeeded', 'pi', '\x00', now(), now(), 'handled');
update payments set state = 'succeeded', intent_ref = gen_random_uuid()::text, received_minor = 1689 where id = :order_id::uuid;
update orders set state = 'paid', paid_at = now() where id = :order_id::uuid;
insert into order_events (order_id, seq, at, type, actor, hash) values (:order_id::uuid, 2, now(), 'order.payment_succeeded', 'stripe', '\x00');
update holds set state = 'committed' where id = :order_id::uuid;
update stock set on_hand = on_hand - 1, reserved = reserved - 1 where variant_id = (select id from bench_variants where n = :variant);
insert into ledger_entries (id, kind, cause, order_id, currency, at) values (gen_random_uuid(), 'sale', 'order:' || :order_id::uuid::text, :order_id::uuid, 'EUR', now()) returning id as sale_id \gset
insert into ledger_lines (entry_id, account, amount_minor) values (:sale_id::uuid, 'receivable', 1689), (:sale_id::uuid, 'shipping', -390), (:sale_id::uuid, 'sales', -1299);
insert into ledger_entries (id, kind, cause, order_id, currency, at) values (gen_random_uuid(), 'payment', 'payment:' || :order_id::uuid::text, :order_id::uuid, 'EUR', now()) returning id as taken_id \gset
insert into ledger_lines (entry_id, account, amount_minor) values (:taken_id::uuid, 'provider', 1689), (:taken_id::uuid, 'receivable', -1689);
insert into movements (variant_id, delta, kind, order_id, actor, at) select id, -1, 'sale', :order_id::uuid, 'stripe', now() from bench_variants where n = :variant;
insert into jobs (id, name, run_at, created_at) values (:order_id::uuid, 'send_receipt', now() + interval '1 year', now());
commit;
begin;
insert into ledger_entries (id, kind, cause, order_id, currency, at) values (gen_random_uuid(), 'fee', 'payment:' || :order_id::uuid::text, :order_id::uuid, 'EUR', now()) returning id as fee_id \gset
insert into ledger_lines (entry_id, account, amount_minor) values (:fee_id::uuid, 'fees', 50), (:fee_id::uuid, 'provider', -50);
update payments set fee_minor = 50, balance_ref = :order_id::uuid::text where id = :order_id::uuid;
commit;
