// Confirming one kind of payment method, and making methods and tokens that the server then uses.

Object.assign(StripeObject.prototype, {
  confirmCardPayment(clientSecret, data = {}, options = {}) {
    return confirmCard(this, 'pi', clientSecret, data, options);
  },

  confirmCardSetup(clientSecret, data = {}, options = {}) {
    return confirmCard(this, 'seti', clientSecret, data, options);
  },

  createPaymentMethod(options) {
    require(options && typeof options === 'object', 'stripe.createPaymentMethod() needs an options object.');
    const holder = options.elements ?? cardElementOf(options.card)?._elements;
    require(!holder || holder instanceof Elements, '`elements` must come from stripe.elements().');
    require(!holder || holder._submitted, 'elements.submit() must be called before stripe.createPaymentMethod().');
    require(holder || typeof options.type === 'string', 'stripe.createPaymentMethod() needs `elements` or a `type`.');
    require(!options.card?.number, 'Card numbers may only be typed into an Element, never passed from your page.');
    return makeMethod(this, holder, options);
  },

  createConfirmationToken(options) {
    const { elements, params = {} } = options ?? {};
    require(elements instanceof Elements, 'stripe.createConfirmationToken() needs `elements`.');
    require(elements._submitted, 'elements.submit() must be called before stripe.createConfirmationToken().');
    if (params.return_url) checkReturnUrl(params.return_url);
    return makeToken(this, elements, params);
  },
});

async function makeMethod(stripe, holder, options) {
  const { billing_details: billing = options.billing_details, metadata = options.metadata, ...more } = options.params ?? {};
  const answer = holder
    ? await holder._ask('createPaymentMethod', {
      params: { payment_method_data: plain({ ...more, billing_details: billing, metadata }) },
    })
    : await callApi(HOME, stripe._key, 'POST', '/v1/payment_methods', plain(options));
  if (answer.error) return { error: inLanguage(answer.error, holder?._options.locale ?? stripe._locale) };
  return { paymentMethod: answer.value };
}

async function makeToken(stripe, elements, params) {
  const answer = await elements._ask('createConfirmationToken', { params: plain(params) });
  if (answer.error) return { error: inLanguage(answer.error, elements._options.locale ?? stripe._locale) };
  return { confirmationToken: answer.value };
}

// The methods that take their details from the page itself: `confirmIdealPayment`, `confirmAmazonPaySetup`, …
const DIRECT = {
  AmazonPay: { type: 'amazon_pay', kinds: ['Setup'] },
  Ideal: { type: 'ideal', kinds: ['Payment', 'Setup'] },
  Klarna: { type: 'klarna', kinds: ['Payment'] },
  PayPal: { type: 'paypal', kinds: ['Payment', 'Setup'] },
  SepaDebit: { type: 'sepa_debit', kinds: ['Payment', 'Setup'] },
  UsBankAccount: { type: 'us_bank_account', kinds: ['Payment', 'Setup'] },
};
for (const [name, { type, kinds }] of Object.entries(DIRECT)) {
  for (const kind of kinds) {
    StripeObject.prototype[`confirm${name}${kind}`] = function confirmDirect(clientSecret, data = {}, options = {}) {
      return confirmDirectly(this, kind === 'Setup' ? 'seti' : 'pi', type, clientSecret, data, options);
    };
  }
}

// Said plainly, so that nobody looks for the fault in their own page.
const ABSENT = {
  createToken: 'The API behind it has no tokens. Use stripe.createPaymentMethod() or stripe.createConfirmationToken().',
  createSource: 'Sources are gone from this release. Use stripe.createPaymentMethod().',
  paymentRequest: 'Use the Express Checkout Element.',
  redirectToCheckout: 'It is gone from this release: go to the Session\'s `url`.',
  initEmbeddedCheckout: 'It is called stripe.createEmbeddedCheckoutPage() now.',
  initCheckout: 'It is called stripe.initCheckoutElementsSdk() now.',
  initCheckoutFormSdk: 'Use stripe.createEmbeddedCheckoutPage() or stripe.initCheckoutElementsSdk().',
  collectBankAccountForPayment: 'Bank accounts are typed into the Payment Element.',
  collectBankAccountForSetup: 'Bank accounts are typed into the Payment Element.',
  verifyIdentity: 'Identity is not modelled.',
};
for (const [name, instead] of Object.entries(ABSENT)) {
  StripeObject.prototype[name] = () => require(false, `This sandbox does not know stripe.${name}(). ${instead}`);
}

function cardElementOf(given) {
  return given instanceof PageElement ? given : null;
}

function confirmCard(stripe, kind, clientSecret, data, { handleActions = true } = {}) {
  intentOf(clientSecret, kind);
  const { payment_method: method, ...rest } = data;
  const typed = method && typeof method === 'object';
  const byToken = typed && typeof method.card?.token === 'string';
  require(!typed || byToken || cardElementOf(method.card), '`payment_method.card` must be a mounted Element.');
  return once(clientSecret, async () => {
    let answer;
    if (typed && !byToken) {
      const { card, ...details } = method;
      const params = plain({ ...rest, payment_method_data: details });
      answer = await card._elements._ask('confirm', { clientSecret, params });
    } else {
      const given = byToken ? { payment_method_data: { type: 'card', ...method } } : { payment_method: method };
      answer = await stripe._confirm(clientSecret, plain({ ...rest, ...given }));
    }
    return follow(stripe, answer, { locale: stripe._locale, handleActions });
  });
}

function confirmDirectly(stripe, kind, type, clientSecret, data, { handleActions = true } = {}) {
  intentOf(clientSecret, kind);
  const { payment_method: method, ...rest } = data;
  if (rest.return_url !== undefined) checkReturnUrl(rest.return_url);
  const details = method && typeof method === 'object' ? { payment_method_data: { type, ...method } } : {};
  const known = typeof method === 'string' ? { payment_method: method } : details;
  const fresh = method === undefined && REDIRECTING.includes(type) ? { payment_method_data: { type } } : known;
  return once(clientSecret, async () => {
    const answer = await stripe._confirm(clientSecret, plain({ ...rest, ...fresh }));
    return follow(stripe, answer, { locale: stripe._locale, handleActions });
  });
}

const REDIRECTING = ['amazon_pay', 'ideal', 'klarna', 'paypal'];
