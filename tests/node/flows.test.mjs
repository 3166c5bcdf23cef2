// The unmodified Node SDK runs a shop's main flows against the sandbox. `SANDBOX` is its address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Stripe from 'stripe';

const address = new URL(process.env.SANDBOX);
const stripe = new Stripe('sk_test_node', {
  protocol: 'http', host: address.hostname, port: address.port, maxNetworkRetries: 2, telemetry: false,
});
const WALDEN = { currency: 'usd', unit_amount: 1500, product_data: { name: 'Walden' } };

function pay(method = 'pm_card_visa', more = {}) {
  return stripe.paymentIntents.create({
    amount: 2000, currency: 'usd', payment_method: method, confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, ...more,
  });
}

async function control(path, body) {
  const answer = await fetch(new URL(`/_sandbox${path}`, address), {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

test('the SDK and the sandbox speak the same version', async () => {
  const intent = await pay();

  assert.equal(intent.lastResponse.apiVersion, Stripe.API_VERSION);
  assert.match(intent.lastResponse.requestId, /^req_/);
});

test('a card pays, and its charge expands', async () => {
  const intent = await pay('pm_card_visa', { expand: ['latest_charge.payment_intent'], metadata: { order: '7' } });

  assert.equal(intent.status, 'succeeded');
  assert.equal(intent.latest_charge.amount_captured, 2000);
  assert.equal(intent.latest_charge.metadata.order, '7');
  assert.equal(intent.latest_charge.payment_intent.id, intent.id);
});

test('a decline is a card error that carries the intent', async () => {
  const error = await refused(pay('pm_card_visa_chargeDeclinedInsufficientFunds'));

  assert.ok(error instanceof Stripe.errors.StripeCardError);
  assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, 'card_declined', 'insufficient_funds']);
  assert.equal(error.payment_intent.status, 'requires_payment_method');
});

test('a wrong parameter is an invalid request that names it', async () => {
  const error = await refused(stripe.paymentIntents.create({ amount: 2000, currency: 'usd', colour: 'red' }));

  assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
  assert.deepEqual([error.statusCode, error.code, error.param], [400, 'parameter_unknown', 'colour']);
});

test('a bad key is an authentication error', async () => {
  const stranger = new Stripe('sk_wrong', { protocol: 'http', host: address.hostname, port: address.port });

  assert.ok((await refused(stranger.balance.retrieve())) instanceof Stripe.errors.StripeAuthenticationError);
});

test('3-D Secure asks, and the customer passes or fails', async () => {
  const passing = await pay('pm_card_authenticationRequired');
  const failing = await pay('pm_card_authenticationRequired');
  assert.deepEqual([passing.status, failing.status], ['requires_action', 'requires_action']);

  await control(`/payment_intents/${passing.id}/authenticate`, { outcome: 'succeed' });
  await control(`/payment_intents/${failing.id}/authenticate`, { outcome: 'fail' });

  assert.equal((await stripe.paymentIntents.retrieve(passing.id)).status, 'succeeded');
  const failed = await stripe.paymentIntents.retrieve(failing.id);
  assert.equal(failed.status, 'requires_payment_method');
  assert.equal(failed.last_payment_error.code, 'payment_intent_authentication_failure');
});

test('a hold is captured in part', async () => {
  const held = await pay('pm_card_visa', { capture_method: 'manual' });

  const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1200 });

  assert.deepEqual([held.status, held.amount_capturable], ['requires_capture', 2000]);
  assert.deepEqual([taken.status, taken.amount_received], ['succeeded', 1200]);
});

test('one idempotency key makes one payment', async () => {
  const body = { amount: 900, currency: 'usd' };
  const key = { idempotencyKey: 'node-once' };

  const [first, second] = await Promise.all([stripe.paymentIntents.create(body, key), stripe.paymentIntents.create(body, key)]);

  assert.equal(first.id, second.id);
  const error = await refused(stripe.paymentIntents.create({ ...body, amount: 901 }, key));
  assert.ok(error instanceof Stripe.errors.StripeIdempotencyError);
});

test('a lost answer is asked for again and charged once', async () => {
  const customer = await stripe.customers.create({ email: 'lost@example.org' });
  await control('/faults', { fault: 'lose_answer', match: { method: 'POST', path: '/v1/payment_intents' } });

  const intent = await pay('pm_card_visa', { customer: customer.id });

  const charges = await stripe.charges.list({ customer: customer.id });
  assert.deepEqual(charges.data.map((charge) => charge.payment_intent), [intent.id]);
});

test('money goes back, but never more than was taken', async () => {
  const intent = await pay();

  const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
  const rest = await stripe.refunds.create({ payment_intent: intent.id });

  assert.deepEqual([part.status, rest.amount], ['succeeded', 1500]);
  assert.equal((await refused(stripe.refunds.create({ payment_intent: intent.id }))).code, 'charge_already_refunded');
});

test('a hosted page is paid', async () => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment', success_url: 'https://shop.test/done', line_items: [{ price_data: WALDEN, quantity: 2 }],
  });

  await control(`/checkout/sessions/${session.id}/pay`, { payment_method: 'pm_card_visa' });

  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ['line_items', 'payment_intent'] });
  assert.deepEqual([session.status, session.payment_intent], ['open', null]);
  assert.deepEqual([paid.status, paid.payment_status, paid.url], ['complete', 'paid', null]);
  assert.equal(paid.line_items.data[0].amount_total, 3000);
  assert.equal(paid.payment_intent.amount_received, 3000);
});

test('a card is saved and charged again without the customer', async () => {
  const customer = await stripe.customers.create({ email: 'saved@example.org' });
  const setup = await stripe.setupIntents.create({
    customer: customer.id, payment_method: 'pm_card_visa', confirm: true, usage: 'off_session',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });

  const again = await pay(setup.payment_method, { customer: customer.id, off_session: true });

  assert.deepEqual([setup.status, again.status], ['succeeded', 'succeeded']);
  const saved = await stripe.customers.listPaymentMethods(customer.id);
  assert.deepEqual(saved.data.map((method) => method.id), [setup.payment_method]);
});

test('a dispute is answered and won', async () => {
  const intent = await pay();
  const opened = await control('/disputes', { charge: intent.latest_charge });
  assert.equal(opened.status, 200);

  await stripe.disputes.update(opened.body.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  await control('/clock', { advance_seconds: 86400 });

  assert.equal((await stripe.disputes.retrieve(opened.body.id)).status, 'won');
});

test('lists are paged to their end, newest first', async () => {
  const customer = await stripe.customers.create({});
  const made = [];
  for (let n = 0; n < 7; n += 1) made.unshift((await pay('pm_card_visa', { customer: customer.id })).id);

  const listed = [];
  for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 3 })) listed.push(intent.id);

  assert.deepEqual(listed, made);
});

test('what happened can be read as events', async () => {
  const intent = await pay();

  const events = await stripe.events.list({ types: ['payment_intent.succeeded', 'payment_intent.created'], limit: 2 });

  assert.deepEqual(events.data.map((event) => event.type), ['payment_intent.succeeded', 'payment_intent.created']);
  assert.equal(events.data[0].data.object.id, intent.id);
  assert.equal(events.data[0].api_version, Stripe.API_VERSION);
});
