// The Express Checkout Element: one button per wallet that the payment could take. What a press means is the
// page's to say; the sheet opens over it.

const METHODS = { google_pay: 'card', amazon_pay: 'amazon_pay', paypal: 'paypal', link: 'link', klarna: 'klarna' };
const CAMEL = {
  amazon_pay: 'amazonPay', apple_pay: 'applePay', google_pay: 'googlePay', link: 'link', paypal: 'paypal', klarna: 'klarna',
};
let available = [];

// Apple Pay needs Apple's own browser; Google Pay is played by the test wallet wherever a card can pay.
async function load() {
  const types = await typesOnOffer();
  const wishes = { ...options.paymentMethods, ...options.wallets };
  const order = options.paymentMethodOrder ?? [];
  const place = (type) => [type, CAMEL[type]].map((name) => order.indexOf(name)).find((at) => at >= 0) ?? order.length;
  available = Object.keys(METHODS)
    .filter((type) => types.includes(METHODS[type]) && wishes[CAMEL[type]] !== 'never')
    .sort((one, other) => place(one) - place(other));
  draw();
  const paymentMethods = Object.fromEntries(available.map((type) => [CAMEL[type], { available: true }]));
  tell('availablepaymentmethodschange', { detail: { paymentMethods: available.length ? paymentMethods : undefined } });
}

async function typesOnOffer() {
  if (options.checkout) return options.checkout.types;
  if (options.clientSecret) {
    const { path, id } = intentOf(options.clientSecret);
    const found = await callApi(HOME, options.key, 'GET', `/v1/${path}/${id}`, { client_secret: options.clientSecret });
    if (found.error) tell('loaderror', { error: found.error });
    return found.value?.payment_method_types ?? [];
  }
  return typesOfMode(options);
}

function draw() {
  const { maxColumns, maxRows } = options.layout ?? {};
  const height = Math.min(55, Math.max(40, Number(options.buttonHeight) || 44));
  form.style.setProperty('--button', `${height}px`);
  form.style.setProperty('--columns', Number(maxColumns) || Math.min(2, available.length) || 1);
  const shown = maxRows ? available.slice(0, maxRows * (Number(maxColumns) || 2)) : available;
  form.replaceChildren(...shown.map(button));
}

function button(type) {
  const made = document.createElement('button');
  const name = strings.names[type];
  made.type = 'button';
  made.dataset.wallet = type;
  made.dataset.look = options.buttonTheme?.[CAMEL[type]] ?? '';
  made.setAttribute('aria-label', say('pay_with', { wallet: name }));
  made.append(drawMark(type === 'google_pay' ? 'unknown' : type), name);
  made.addEventListener('click', () => tell('click', { detail: { expressPaymentType: type } }));
  return made;
}

converse({
  begin: load,
  dress: load,
  refresh: load,
  focus: () => form.querySelector('button')?.focus(),
  clear() {},
  ready() {
    const flags = Object.entries(CAMEL).map(([type, camel]) => [camel, available.includes(type)]);
    return { availablePaymentMethods: available.length ? Object.fromEntries(flags) : undefined };
  },
  calls: {},
});
