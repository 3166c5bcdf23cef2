// Calls of the sandbox's API with a publishable key. A call whose answer was lost is made again with the same
// idempotency key, so a confirmation happens once however often the network fails.

const TRIES = 3;
const WAIT_MS = 400;
const PATIENCE_MS = 60000;
const UNSET = Symbol('take it back');

function encodeForm(value, prefix = '', into = new URLSearchParams()) {
  for (const [name, inner] of Object.entries(value)) {
    const key = prefix ? `${prefix}[${name}]` : name;
    if (inner === UNSET) into.append(key, '');
    // An empty text would mean "unset this" to the API; from a form it means that nothing was entered.
    if (inner === undefined || inner === null || inner === '' || inner === UNSET) continue;
    if (typeof inner === 'object') encodeForm(inner, key, into);
    else into.append(key, String(inner));
  }
  return into;
}

// Resolves to `{ value }` or `{ error }`, never rejects.
async function callApi(base, key, method, path, params = {}) {
  const form = encodeForm(params);
  const request = { method, headers: { Authorization: `Bearer ${key}` }, cache: 'no-store', credentials: 'omit' };
  let url = `${base}${path}`;
  if (method === 'POST') {
    request.body = form;
    request.headers['Idempotency-Key'] = randomKey();
  } else if ([...form].length) {
    url += `?${form}`;
  }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await oneCall(url, request);
    if (answer.final || attempt === TRIES) return answer.result;
    await new Promise((resume) => setTimeout(resume, WAIT_MS * attempt));
  }
}

async function oneCall(url, request) {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = await response.json();
    if (response.ok) return { final: true, result: { value: body } };
    const again = response.status >= 500 || response.status === 409 || body.error?.code === 'lock_timeout';
    return { final: !again, result: { error: errorOf(response.status, body) } };
  } catch {
    return { final: false, result: { error: refusal('api_connection_error', 'api_connection_error', NO_CONNECTION) } };
  }
}

const NO_CONNECTION = 'The payment service did not answer. Check your connection and try again.';

// Stripe.js has names of its own for the errors that the API tells apart by HTTP status only.
function errorOf(status, body) {
  const error = body?.error ?? refusal('api_error', null, 'The payment service gave an answer that makes no sense.');
  if (status === 401) return { ...error, type: 'authentication_error' };
  if (status === 429) return { ...error, type: 'rate_limit_error' };
  return error;
}

// crypto.randomUUID exists on secure origins only, and a shop may be tried out on a LAN address.
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
