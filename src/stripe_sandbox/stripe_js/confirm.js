// From "Pay" to an end: confirm, pass the challenge, then go to `return_url` or say how it went.

// Follow an intent that was just confirmed to its end. Resolves to `{ paymentIntent }` (or `{ setupIntent }`)
// or `{ error }`; does not resolve when the customer is sent to another page.
async function follow(stripe, answer, { locale, handleActions = true } = {}) {
  if (answer.error) return { error: inLanguage(answer.error, locale) };
  const intent = answer.value;
  if (intent.status !== 'requires_action') return outcome(intent, locale);
  if (!handleActions) return { [kindOf(intent).result]: intent };
  const action = intent.next_action;
  if (action?.type === 'redirect_to_url') return leave(action.redirect_to_url.url);
  const address = action?.use_stripe_sdk?.stripe_js;
  if (!address) return outcome(intent, locale);
  await runChallenge(address, locale);
  const after = await stripe._read(intent.client_secret);
  return after.error ? { error: inLanguage(after.error, locale) } : outcome(after.value, locale);
}

function outcome(intent, locale) {
  const kind = kindOf(intent);
  const good = { [kind.result]: intent };
  if (kind.done.includes(intent.status)) return good;
  const error = intent[kind.error];
  if (intent.status === 'requires_payment_method' && error) {
    return { error: inLanguage({ ...error, [kind.field]: intent }, locale) };
  }
  if (intent.status === 'requires_action' && intent.next_action?.type === 'use_stripe_sdk') {
    const unfinished = refusal('invalid_request_error', kind.unfinished, 'The authentication was not finished.');
    return { error: inLanguage({ ...unfinished, [kind.field]: intent }, locale) };
  }
  return good;
}

// `return_url` with the facts of the payment added; the shop's own query stays.
function returnAddress(returnUrl, intent) {
  const url = new URL(returnUrl);
  const { field } = kindOf(intent);
  url.searchParams.set(field, intent.id);
  url.searchParams.set(`${field}_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'processing' ? 'pending' : 'succeeded');
  return url.href;
}

function leave(url) {
  window.location.assign(url);
  return new Promise(() => {}); // the page is going away: nothing may continue on it
}

function checkReturnUrl(url) {
  let scheme = null;
  try {
    scheme = new URL(url).protocol;
  } catch {
    // not a URL at all; said below
  }
  const good = scheme === 'https:' || scheme === 'http:';
  require(good, `Invalid return_url: '${url}'. It must be an absolute http(s) URL.`);
}

// One confirmation at a time per payment: a double click is answered, and changes nothing.
const running = new Set();

// A page that comes back from the browser's cache has nothing running any more.
window.addEventListener('pageshow', (event) => { if (event.persisted) running.clear(); });

async function once(clientSecret, act) {
  if (running.has(clientSecret)) {
    const message = 'This payment is already being confirmed.';
    return { error: refusal('invalid_request_error', 'payment_confirmation_in_progress', message) };
  }
  running.add(clientSecret);
  try {
    return await act();
  } finally {
    running.delete(clientSecret);
  }
}
