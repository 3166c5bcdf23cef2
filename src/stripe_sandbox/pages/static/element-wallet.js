// The sheet of the test wallet. Whoever tests plays the customer: picks a card, an address and a delivery, then
// pays or walks away.

const CARDS = [
  { brand: 'visa', last4: '4242', token: 'tok_visa', does: 'wallet_good' },
  { brand: 'visa', last4: '0002', token: 'tok_visa_chargeDeclined', does: 'wallet_bad' },
  { brand: 'visa', last4: '3184', token: 'tok_authenticationRequired', does: 'wallet_secure' },
];
const PEOPLE = [
  { name: 'Grace Hopper', line1: '1 Main Street', city: 'Arlington', state: 'VA', postal_code: '22201', country: 'US' },
  { name: 'Lise Meitner', line1: 'Unter den Linden 6', city: 'Berlin', state: '', postal_code: '10117', country: 'DE' },
  { name: 'Sophie Germain', line1: '5 rue des Écoles', city: 'Paris', state: '', postal_code: '75005', country: 'FR' },
  { name: 'Ada Lovelace', line1: '12 St James’s Square', city: 'London', state: '', postal_code: 'SW1Y 4LB', country: 'GB' },
  { name: 'Toshiko Yuasa', line1: '2-1-1 Otsuka', city: 'Bunkyo', state: '東京都', postal_code: '112-8610', country: 'JP' },
];
const box = (name) => document.getElementById(name);
const pay = box('pay');
let card = CARDS[0];
let person = PEOPLE[0];
let rate = null;
let amount = null;
let currency = null;
let waiting = false;

async function begin() {
  const wallet = strings.names[options.wallet];
  box('shop').textContent = options.business;
  box('title').textContent = wallet;
  box('note').textContent = say('wallet_note', { wallet });
  ({ amount, currency } = options);
  if (options.clientSecret) await readIntent();
  if (['google_pay', 'apple_pay'].includes(options.wallet)) choices('cards', CARDS, (one) => card === one, cardTitle, (one) => { card = one; });
  const people = PEOPLE.filter((one) => !options.countries?.length || options.countries.includes(one.country));
  person = people[0] ?? PEOPLE[0];
  if (options.shipping) choices('addresses', people, (one) => person === one, personTitle, moveTo);
  takeRates(options.shippingRates);
  drawLines(options.lineItems);
  document.documentElement.classList.add('ready');
  (form.querySelector('input:checked') ?? pay).focus();
  if (options.shipping) moveTo(person);
}

async function readIntent() {
  const { path, id } = intentOf(options.clientSecret);
  const found = await callApi(HOME, options.key, 'GET', `/v1/${path}/${id}`, { client_secret: options.clientSecret });
  amount = found.value?.amount ?? amount;
  currency = found.value?.currency ?? currency;
}

function choices(name, all, isChosen, title, choose) {
  const set = box(name);
  set.hidden = all.length === 0;
  set.replaceChildren(set.querySelector('legend'), ...all.map((one, place) => {
    const label = document.createElement('label');
    label.className = 'row';
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name, value: String(place), checked: isChosen(one) });
    radio.addEventListener('change', () => choose(one));
    label.append(radio, ...title(one));
    return label;
  }));
}

function cardTitle({ brand, last4, does }) {
  return [drawMark(brand), `•••• ${last4}`, small(strings.labels[does])];
}

function personTitle({ name, line1, postal_code: code, city }) {
  return [name, small(`${line1}, ${code} ${city}`)];
}

function rateTitle({ displayName, amount: cost }) {
  return [displayName, small(currency ? money(cost, currency) : '')];
}

function small(text) {
  const made = document.createElement('small');
  made.textContent = text;
  return made;
}

// The shop hears where it goes (not the street, which nobody needs yet) and answers with what that costs.
function moveTo(one) {
  person = one;
  const { name, city, state, postal_code: code, country } = one;
  ask('shippingaddresschange', { name, address: { city, state, postal_code: code, country } });
}

function ask(event, detail) {
  waiting = true;
  pay.disabled = true;
  box('notice').hidden = true;
  tell(event, { detail });
}

function takeRates(rates) {
  if (!options.shipping || !rates) return;
  rate = rates.find((one) => one.id === rate?.id) ?? rates[0] ?? null;
  choices('rates', rates, (one) => rate === one, rateTitle, (one) => {
    rate = one;
    ask('shippingratechange', { shippingRate: one });
  });
}

function drawLines(lines) {
  box('lines').replaceChildren(...lines.map(({ name, amount: cost }) => {
    const row = document.createElement('tr');
    const title = document.createElement('th');
    title.scope = 'row';
    title.textContent = name;
    const value = document.createElement('td');
    value.textContent = currency ? money(cost, currency) : '';
    row.append(title, value);
    return row;
  }));
  const total = currency && amount !== null ? money(amount, currency) : '';
  box('total').textContent = total;
  box('total').closest('table').hidden = !total;
  pay.textContent = total ? say('pay_now', { amount: total }) : strings.labels.pay;
}

function pass() {
  if (pay.disabled) return;
  pay.disabled = true;
  pay.textContent = strings.labels.working;
  const { name, ...place } = person;
  const address = { ...place, line2: null };
  const billing = { name, address };
  if (options.email) billing.email = 'customer@example.com';
  if (options.phone) billing.phone = '+15555550100';
  const method = METHOD[options.wallet] ?? { type: 'card', card: { token: card.token } };
  const plain = { line1: place.line1, city: place.city, postal_code: place.postal_code, country: place.country };
  if (place.state) plain.state = place.state;
  const detail = { method: { ...method, billing_details: { ...billing, address: plain } }, billingDetails: billing };
  if (options.shipping) Object.assign(detail, { shippingAddress: { name, address }, shippingRate: rate ?? undefined });
  tell('pass', { detail });
}

const METHOD = {
  amazon_pay: { type: 'amazon_pay' }, paypal: { type: 'paypal' }, klarna: { type: 'klarna' }, link: { type: 'link' },
};

const HEARD = {
  totals(said) {
    amount = said.amount ?? amount;
    takeRates(said.shippingRates);
    drawLines(said.lineItems ?? options.lineItems);
    options.lineItems = said.lineItems ?? options.lineItems;
    settle();
  },
  refused({ event }) {
    complain(strings.labels[event === 'shippingaddresschange' ? 'address_refused' : 'wallet_failed']);
    waiting = false;
  },
  failed({ message }) {
    complain(message ?? strings.labels.wallet_failed);
    drawLines(options.lineItems);
    settle();
  },
};

function settle() {
  waiting = false;
  pay.disabled = false;
}

function complain(sentence) {
  box('notice').textContent = sentence;
  box('notice').hidden = false;
}

window.addEventListener('message', (event) => {
  if (event.origin !== partner || event.source !== window.parent) return;
  const message = event.data;
  if (message?.sandbox !== 'element') return;
  if (message.type === 'init' && !options) {
    options = message.options;
    begin();
  } else if (options) {
    HEARD[message.type]?.(message);
  }
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (options) pass();
});
box('cancel').addEventListener('click', () => tell('cancel'));
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('cancel'); });
tell('loaded');
