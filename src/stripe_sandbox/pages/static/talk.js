// A frame's conversation with the page that holds it: same origin as told, the parent window, and nobody else.

const partner = document.body.dataset.origin;
const strings = JSON.parse(document.getElementById('strings').textContent);
const form = document.querySelector('form');
let options = null;
let lastHeight = 0;
let lastTold = '';

function tell(type, more = {}) {
  window.parent.postMessage({ sandbox: 'element', type, ...more }, partner);
}

// Say how things stand, but only when they stand differently.
function tellChange(detail) {
  const now = JSON.stringify(detail);
  if (now === lastTold) return;
  lastTold = now;
  tell('change', { detail });
}

// `element` is what a frame can do: `begin`, `dress` (options are new), `focus`, `clear`, `collapse`, `refresh`, and
// `calls`, each of which is answered whatever happens.
function converse(element) {
  window.addEventListener('message', (event) => {
    if (event.origin !== partner || event.source !== window.parent) return;
    const message = event.data;
    if (message?.sandbox !== 'element') return;
    if (message.type === 'init') begin(element, message.options);
    else if (!options) return;
    else if (message.type === 'update') change(element, message.options);
    else if (message.type === 'blur') document.activeElement?.blur();
    else if (message.type === 'call') answer(element, message);
    else element[message.type]?.(message);
  });
  tell('loaded');
}

async function begin(element, given) {
  if (options) return;
  options = given;
  wear(given);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell('submit');
  });
  form.addEventListener('focusin', () => tell('focus'));
  form.addEventListener('focusout', (event) => { if (!event.relatedTarget) tell('blur'); });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('escape'); });
  new ResizeObserver(measure).observe(form);
  await element.begin();
  show();
  tell('ready', { detail: element.ready?.() });
}

function show() {
  document.documentElement.classList.add('ready');
  measure();
}

async function change(element, given) {
  const before = options;
  options = given;
  wear(given);
  if (given.locale !== before.locale) await speak(given.locale);
  element.dress(before);
  measure();
}

async function answer(element, { id, method, params }) {
  let value;
  try {
    value = await element.calls[method](params);
  } catch (error) {
    value = { error: refusal('api_error', null, String(error?.message ?? error)) };
  }
  tell('result', { id, value });
}

function measure() {
  const height = Math.ceil(form.getBoundingClientRect().height);
  if (height === lastHeight) return;
  lastHeight = height;
  tell('resize', { height });
}

// Another language: the words come from where the page came from, what the customer typed stays.
async function speak(locale) {
  const answered = await fetch(`/_pages/elements/words?locale=${encodeURIComponent(locale)}`);
  const { labels, faults, language } = await answered.json();
  Object.assign(strings.faults, faults);
  Object.assign(strings.labels, labels);
  strings.language = language;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll('[data-say]')) node.textContent = say(node.dataset.say, node.dataset);
  for (const node of document.querySelectorAll('[data-hint]')) node.placeholder = labels[node.dataset.hint];
  for (const node of document.querySelectorAll('[data-name]')) node.setAttribute('aria-label', labels[node.dataset.name]);
  for (const node of document.querySelectorAll('.fault[data-code]')) node.textContent = faults[node.dataset.code] ?? node.textContent;
  const regions = new Intl.DisplayNames([language], { type: 'region' });
  for (const option of document.querySelectorAll('[data-countries] option')) option.textContent = regions.of(option.value);
}

// A sentence, with `{business}` and the like filled in.
function say(name, facts = {}) {
  return (strings.labels[name] ?? name).replace(/\{(\w+)\}/g, (whole, fact) => facts[fact] ?? whole);
}

// Mark one field that is not the card's: the sentence stands under it and is read out.
function markField(input, fault) {
  input.setAttribute('aria-invalid', String(Boolean(fault)));
  const said = document.getElementById(`${input.id}-fault`);
  said.textContent = fault ? strings.faults[fault] : '';
  said.dataset.code = fault ?? '';
}

function money(amount, currency) {
  const code = currency.toUpperCase();
  const format = new Intl.NumberFormat(strings.language, { style: 'currency', currency: code });
  const places = ZERO_DECIMAL.includes(currency.toLowerCase()) ? 0 : format.resolvedOptions().maximumFractionDigits || 2;
  return new Intl.NumberFormat(strings.language, {
    style: 'currency', currency: code, minimumFractionDigits: places, maximumFractionDigits: places,
  }).format(amount / 10 ** places);
}

const ZERO_DECIMAL = [
  'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf',
];

// The methods that an intent of this kind would offer: for a payment that has no intent yet.
async function typesOfMode({ mode, currency, setupFutureUsage, captureMethod, allowed, excluded }) {
  const asked = encodeForm({ mode, currency, usage: setupFutureUsage, capture: captureMethod });
  if (allowed) asked.set('allowed', allowed.join());
  if (excluded) asked.set('excluded', excluded.join());
  const answered = await fetch(`/_pages/elements/methods?${asked}`);
  return answered.ok ? answered.json() : ['card'];
}
