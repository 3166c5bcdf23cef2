// The Payment Element's own side: it alone sees the card, and it alone sends it, to this origin. It listens to
// the page that opened it (same origin as told, and the parent window) and to nobody else.

const partner = document.body.dataset.origin;
const form = document.getElementById('element');
const notice = document.getElementById('notice');
const strings = JSON.parse(document.getElementById('strings').textContent);
const fields = new CardFields(form, strings.faults, told);
const ASKS_POSTAL_CODE = ['US', 'GB', 'CA'];
let options = null;
let lastTold = '';
let lastHeight = 0;

function tell(type, more = {}) {
  window.parent.postMessage({ sandbox: 'element', type, ...more }, partner);
}

window.addEventListener('message', (event) => {
  if (event.origin !== partner || event.source !== window.parent) return;
  const message = event.data;
  if (message?.sandbox !== 'element') return;
  if (message.type === 'init') begin(message.options);
  else if (!options) return;
  else if (message.type === 'update') dress(message.options);
  else if (message.type === 'focus') fields.inputs.number.focus();
  else if (message.type === 'blur') document.activeElement?.blur();
  else if (message.type === 'clear') clear();
  else if (message.type === 'call') answer(message);
});

async function begin(given) {
  if (options) return;
  dress(given);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell('submit');
  });
  form.addEventListener('focusin', () => tell('focus'));
  form.addEventListener('focusout', (event) => { if (!event.relatedTarget) tell('blur'); });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('escape'); });
  form.elements.country.addEventListener('change', showAddress);
  form.elements.postalCode.addEventListener('input', () => mark('postalCode', null));
  new ResizeObserver(measure).observe(document.body);
  document.documentElement.classList.add('ready');
  measure();
  tell('ready');
  if (options.clientSecret) await lookAtIntent();
}

function dress(given) {
  options = given;
  wear(given.theme, given.variables, given.rules);
  for (const input of form.elements) input.disabled = given.readOnly;
  const where = given.defaults?.address ?? {};
  if (!form.elements.country.dataset.set) {
    form.elements.country.value = where.country ?? HOMES[strings.language];
    form.elements.country.dataset.set = 'yes';
    form.elements.postalCode.value = where.postal_code ?? '';
  }
  showAddress();
}

const HOMES = { en: 'US', de: 'DE', fr: 'FR', es: 'ES', ja: 'JP' };

function showAddress() {
  const { country, postalCode } = options.billing;
  const asksCode = postalCode && (!country || ASKS_POSTAL_CODE.includes(form.elements.country.value));
  form.querySelector('[data-field="country"]').hidden = !country;
  form.querySelector('[data-field="postalCode"]').hidden = !asksCode;
  document.getElementById('address').hidden = !country && !asksCode;
  told();
}

// An intent that cannot be paid any more is said at once, not after the customer has typed a card.
async function lookAtIntent() {
  const secret = options.clientSecret;
  const path = `/v1/payment_intents/${encodeURIComponent(secret.split('_secret_')[0])}`;
  const found = await callApi(HOME, options.key, 'GET', path, { client_secret: secret });
  const over = ['succeeded', 'canceled', 'processing'].includes(found.value?.status);
  if (!found.error && !over) return;
  const message = found.error?.message ?? `This payment is ${found.value.status}: it takes no more cards.`;
  const error = found.error ?? refusal('invalid_request_error', 'payment_intent_unexpected_state', message);
  tell('loaderror', { error });
  if (!over) {
    notice.textContent = inLanguage(error, strings.language).message;
    notice.hidden = false;
  }
}

function told() {
  if (!options) return;
  const complete = fields.complete && !addressFault();
  const value = { type: 'card' };
  if (options.billing.country) value.billingDetails = billing();
  const detail = { empty: fields.empty, complete, collapsed: false, brand: fields.brand, value };
  const now = JSON.stringify(detail);
  if (now === lastTold) return;
  lastTold = now;
  tell('change', { detail });
}

function measure() {
  const height = Math.ceil(form.getBoundingClientRect().height);
  if (height === lastHeight) return;
  lastHeight = height;
  tell('resize', { height });
}

function clear() {
  fields.clear();
  mark('postalCode', null);
  form.elements.postalCode.value = '';
  told();
}

function mark(name, fault) {
  fields.mark(name, fault);
}

function addressFault() {
  const asked = !form.querySelector('[data-field="postalCode"]').hidden;
  return asked && form.elements.postalCode.value.trim().length < 3 ? 'incomplete_zip' : null;
}

function billing() {
  const { country, postalCode } = options.billing;
  const address = { ...(options.defaults.address ?? {}) };
  if (country) address.country = form.elements.country.value;
  if (postalCode && form.elements.postalCode.value.trim()) address.postal_code = form.elements.postalCode.value.trim();
  const details = { ...options.defaults };
  if (Object.keys(address).length) details.address = address;
  return details;
}

// What the page asks for; every call is answered, whatever happens.
const CALLS = {
  async submit() {
    return {};
  },

  async confirm({ clientSecret, params }) {
    const { payment_method_data: more, ...rest } = params;
    const id = clientSecret.split('_secret_')[0];
    const answer = await callApi(HOME, options.key, 'POST', `/v1/payment_intents/${encodeURIComponent(id)}/confirm`, {
      ...rest,
      payment_method_data: { ...more, ...paymentMethod(more?.billing_details) },
      client_secret: clientSecret,
      use_stripe_sdk: true,
    });
    if (answer.error) point(answer.error);
    return answer;
  },

  async createPaymentMethod({ params }) {
    const method = paymentMethod(params.billing_details);
    const answer = await callApi(HOME, options.key, 'POST', '/v1/payment_methods', method);
    if (answer.error) point(answer.error);
    return answer;
  },
};

async function answer({ id, method, params }) {
  const wrong = check();
  const refused = wrong && { error: refusal('validation_error', wrong, strings.faults[wrong]) };
  tell('result', { id, value: refused ?? await CALLS[method](params) });
}

function check() {
  const wrong = fields.check();
  const address = addressFault();
  mark('postalCode', address);
  if (address && !wrong) form.elements.postalCode.focus();
  return wrong ?? address;
}

function paymentMethod(details) {
  const known = billing();
  const merged = { ...known, ...details };
  if (known.address || details?.address) merged.address = { ...known.address, ...details?.address };
  return { type: 'card', card: fields.card, billing_details: merged };
}

// Errors of the bank that are about one field are shown there too.
const ABOUT = {
  incorrect_number: 'number', invalid_number: 'number', invalid_expiry_month: 'expiry', invalid_expiry_year: 'expiry',
  expired_card: 'expiry', incorrect_cvc: 'cvc', invalid_cvc: 'cvc',
};

function point(error) {
  const name = ABOUT[error.code];
  if (!name) return;
  fields.mark(name, error.code, inLanguage(error, strings.language).message);
  fields.inputs[name].focus();
}

tell('loaded');
