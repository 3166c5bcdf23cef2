// The Payment Element's own side: it alone sees the card, and it alone sends it, to this origin.

const fields = new CardFields(form, strings.faults, told);
const banks = new BankFields(told);
const saved = new SavedMethods(document.getElementById('saved'), told);
const choice = new Choice(strings.names, told);
const notice = document.getElementById('notice');
const HOMES = { en: 'US', de: 'DE', fr: 'FR', es: 'ES', ja: 'JP' };
const ASKS_POSTAL_CODE = ['US', 'GB', 'CA'];
const DEBITS = ['sepa_debit', 'us_bank_account'];
let intent = null;
let offered = [];
let lastCard = '';

const paymentElement = {
  async begin() {
    form.elements.country.addEventListener('change', showAddress);
    form.elements.postalCode.addEventListener('input', () => { markField(form.elements.postalCode, null); told(); });
    for (const box of form.querySelectorAll('[data-save] input')) box.addEventListener('change', () => { showTerms(); told(); });
    const where = options.defaults.address ?? {};
    form.elements.country.value = where.country ?? HOMES[strings.language];
    form.elements.klarna_country.value = form.elements.country.value;
    form.elements.postalCode.value = where.postal_code ?? '';
    await offer();
    await saved.load(offered);
    dress({ collapsed: Boolean(options.layout.defaultCollapsed) });
  },

  async dress(before) {
    const same = ['mode', 'currency', 'allowed', 'excluded', 'setupFutureUsage', 'captureMethod', 'checkout'];
    if (same.some((name) => JSON.stringify(before[name]) !== JSON.stringify(options[name]))) await offer();
    if (before.customerSession !== options.customerSession) await saved.load(offered);
    if (saved.methods.length) saved.draw();
    dress();
  },

  async refresh() {
    await offer();
    dress();
  },

  focus() {
    const panel = document.getElementById(`panel-${choice.selected}`);
    const first = saved.chosen ? document.querySelector('#saved input:checked') : panel?.querySelector('input, select');
    (first ?? document.getElementById(`tab-${choice.selected}`))?.focus();
  },

  clear() {
    fields.clear();
    banks.clear();
    form.elements.postalCode.value = '';
    markField(form.elements.postalCode, null);
    told();
  },

  collapse() {
    choice.collapse();
  },

  calls: {
    async submit() {
      const error = check();
      return error ? { error } : { selectedPaymentMethod: kind() };
    },
    confirm: (call) => send('confirm', call),
    confirmSession: (call) => send('confirmSession', call),
    createPaymentMethod: (call) => send('createPaymentMethod', call),
    createConfirmationToken: (call) => send('createConfirmationToken', call),
  },
};

// The methods on offer: the intent's, or for a payment that has none yet those that would be.
async function offer() {
  let types = ['card'];
  if (options.checkout) types = options.checkout.types;
  else if (options.clientSecret) types = await typesOfIntent();
  else if (options.mode) types = await typesOfMode(options);
  if (options.wallets.link === 'never') types = types.filter((type) => type !== 'link');
  const known = types.filter((type) => strings.names[type]);
  const place = (type) => (options.order.includes(type) ? options.order.indexOf(type) : options.order.length);
  offered = known.sort((one, other) => place(one) - place(other));
  if (!offered.length) offered = ['card'];
  const paymentMethods = Object.fromEntries(offered.map((type) => [type, { available: true }]));
  tell('availablepaymentmethodschange', { detail: { paymentMethods } });
}

// An intent that cannot be paid any more is said at once, not after the customer has typed a card.
async function typesOfIntent() {
  const { path, id, done } = intentOf(options.clientSecret);
  const found = await callApi(HOME, options.key, 'GET', `/v1/${path}/${id}`, { client_secret: options.clientSecret });
  intent = found.value ?? null;
  const over = [...done, 'canceled'].includes(intent?.status);
  if (found.error || over) {
    const message = found.error?.message ?? `This payment is ${intent.status}: it takes no more cards.`;
    const error = found.error ?? refusal('invalid_request_error', 'payment_intent_unexpected_state', message);
    tell('loaderror', { error });
    notice.textContent = inLanguage(error, strings.language).message;
  }
  notice.hidden = !found.error;
  return intent?.payment_method_types ?? ['card'];
}

function dress({ collapsed = false } = {}) {
  choice.show(offered, options.layout, { collapsed, changed: false });
  for (const input of form.elements) input.disabled = options.readOnly;
  banks.prepare(options.defaults, options.billing);
  for (const box of form.querySelectorAll('[data-save]')) box.hidden = !saved.offersToSave;
  for (const node of form.querySelectorAll('[data-business]')) {
    node.dataset.business = business();
    node.textContent = say(node.dataset.say, { business: business() });
  }
  for (const node of form.querySelectorAll('.leads')) node.textContent = say('leads_to', { method: node.dataset.method });
  showTerms();
  showAddress();
}

function business() {
  return options.business ?? options.shop;
}

function kind() {
  return saved.chosen ? saved.chosen.type : choice.selected;
}

function savesBox() {
  return saved.offersToSave && !saved.chosen ? form.elements[`save_${choice.selected}`] : null;
}

// What the customer agrees to when the method is kept, or a bank account is debited.
function showTerms() {
  const keeps = options.mode === 'setup' || options.clientSecret?.startsWith('seti_') || options.setupFutureUsage
    || intent?.setup_future_usage;
  for (const node of form.querySelectorAll('[data-terms]')) {
    const type = node.dataset.terms;
    const camel = type.replace(/_(\w)/g, (whole, letter) => letter.toUpperCase());
    const wish = options.terms[camel] ?? 'auto';
    const due = DEBITS.includes(type) || keeps || form.elements[`save_${type}`].checked;
    node.hidden = wish === 'never' || (wish === 'auto' && !due);
    node.textContent = say(DEBITS.includes(type) ? 'terms_debit' : 'terms_keep', { business: business() });
  }
}

function showAddress() {
  const { country, postalCode } = options.billing;
  const asksCode = postalCode && (!country || ASKS_POSTAL_CODE.includes(form.elements.country.value));
  form.querySelector('[data-field="country"]').hidden = !country;
  form.querySelector('[data-field="postalCode"]').hidden = !asksCode;
  document.getElementById('address').hidden = !country && !asksCode;
  told();
}

function told() {
  if (!options || !offered.length) return;
  tellCard();
  const type = kind();
  const value = { type: type ?? '' };
  const box = savesBox();
  if (box) value.savePaymentMethod = box.checked;
  if (saved.chosen) value.payment_method = shownMethod(saved.chosen);
  else if (type === 'card' && options.billing.country) {
    const { country = null, postal_code: postalCode = null } = billing().address ?? {};
    value.billingDetails = { address: { country, postalCode } };
  }
  tellChange({ empty: isEmpty(type), complete: isComplete(type), collapsed: type === null, value });
}

function isEmpty(type) {
  if (saved.chosen) return false;
  return type === 'card' ? fields.empty : banks.isEmpty(type);
}

function isComplete(type) {
  if (saved.chosen) return true;
  if (type === null) return false;
  return type === 'card' ? fields.complete && !addressFault() : banks.isComplete(type);
}

function tellCard() {
  const card = saved.chosen?.card;
  const typed = !saved.chosen && choice.selected === 'card' && !fields.empty;
  const details = card ? { brands: [card.brand], funding: card.funding } : { brands: [fields.brand], funding: null };
  const detail = card || typed ? { loading: false, details } : { loading: false };
  if (JSON.stringify(detail) === lastCard) return;
  if (lastCard || card || typed) tell('carddetailschange', { detail });
  lastCard = JSON.stringify(detail);
}

function addressFault() {
  const asked = !form.querySelector('[data-field="postalCode"]').hidden;
  return asked && form.elements.postalCode.value.trim().length < 3 ? 'incomplete_zip' : null;
}

function billing() {
  const { country, postalCode } = options.billing;
  const address = { ...options.defaults.address };
  if (country) address.country = form.elements.country.value;
  if (postalCode && form.elements.postalCode.value.trim()) address.postal_code = form.elements.postalCode.value.trim();
  const details = { ...options.defaults };
  if (Object.keys(address).length) details.address = address;
  return details;
}

// Everything wrong is marked; the first fault is what the page hears.
function check() {
  if (saved.chosen) return null;
  const type = choice.selected;
  if (!type) return refusal('validation_error', 'incomplete_payment_details', strings.labels.choose_method);
  const fault = type === 'card' ? checkCard() : banks.check(type);
  return fault && refusal('validation_error', fault, strings.faults[fault]);
}

function checkCard() {
  const wrong = fields.check();
  const address = addressFault();
  markField(form.elements.postalCode, address);
  if (address && !wrong) form.elements.postalCode.focus();
  return wrong ?? address;
}

async function send(call, given) {
  const wrong = check();
  if (wrong) return { error: wrong };
  const { payment_method_data: more, ...params } = given.params;
  const result = await SENDING[call](options.key, { ...given, params }, await decided(call, more));
  if (result.error) point(result.error);
  return result;
}

// What the customer decided: a saved method, or a new one and whether to keep it.
async function decided(call, given) {
  if (saved.chosen && call !== 'createPaymentMethod') return { payment_method: saved.chosen.id };
  const type = kind();
  const method = type === 'card' ? { type, card: fields.card, billing_details: billing() } : banks.data(type, billing());
  const box = savesBox();
  const data = { payment_method_data: withBilling(method, given) };
  const keeps = box?.checked && saved.features.payment_method_save_usage;
  if (box) data.payment_method_data.allow_redisplay = box.checked ? 'always' : 'limited';
  if (call === 'confirm' && keeps && !given?.setup_future_usage && intent?.object !== 'setup_intent') {
    data.setup_future_usage = keeps;
  }
  if (call === 'createConfirmationToken') {
    const usage = options.setupFutureUsage ?? keeps;
    if (usage) data.setup_future_usage = usage;
  }
  if (call === 'confirmSession' && box) data.save_payment_method = box.checked;
  return data;
}

// Errors of the bank that are about one field are shown there too.
const ABOUT = {
  incorrect_number: 'number', invalid_number: 'number', invalid_expiry_month: 'expiry', invalid_expiry_year: 'expiry',
  expired_card: 'expiry', incorrect_cvc: 'cvc', invalid_cvc: 'cvc',
};

function point(error) {
  const name = ABOUT[error.code];
  if (!name || saved.chosen || choice.selected !== 'card') return;
  fields.mark(name, error.code, inLanguage(error, strings.language).message);
  fields.inputs[name].focus();
}

converse(paymentElement);
