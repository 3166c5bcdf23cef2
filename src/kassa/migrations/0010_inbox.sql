-- The events about an object of Stripe's, settled ones too.
create index stripe_events_about on stripe_events (object_id);
-- Successes that no webhook told us of.
create index payments_unprompted on payments (succeeded_at)
    where state = 'succeeded' and told_by not like 'stripe:evt%';
