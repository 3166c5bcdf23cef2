// `window.Stripe(publishableKey, options)`: the object a shop's page works with.

class StripeObject {
  constructor(key, options) {
    this._key = key;
    this._locale = options.locale;
  }

  elements(options = {}) {
    return new Elements(this, options);
  }

  // `redirect: 'always'` (the default) leaves for `return_url` on success, so it resolves only to `{ error }`.
  confirmPayment(options) {
    require(options && typeof options === 'object', 'stripe.confirmPayment() needs an options object.');
    const { elements, confirmParams = {}, redirect = 'always' } = options;
    const secret = options.clientSecret ?? elements?._options.clientSecret;
    require(elements || options.clientSecret, 'stripe.confirmPayment() needs `elements` or a `clientSecret`.');
    require(!elements || elements instanceof Elements, '`elements` must come from stripe.elements().');
    require(['always', 'if_required'].includes(redirect), "`redirect` must be 'always' or 'if_required'.");
    require(secret, 'stripe.confirmPayment() needs a `clientSecret`, here or at stripe.elements().');
    intentOf(secret);
    require(!elements || elements._submitted, 'elements.submit() must be called before stripe.confirmPayment().');
    if (redirect === 'always') require(confirmParams.return_url, 'confirmParams.return_url is missing.');
    if (confirmParams.return_url !== undefined) checkReturnUrl(confirmParams.return_url);
    return once(secret, async () => {
      const locale = elements?._options.locale ?? this._locale;
      const answer = elements
        ? await elements._ask('confirm', { clientSecret: secret, params: plain(confirmParams) })
        : await this._confirm(secret, plain(confirmParams));
      const end = await follow(this, answer, { locale });
      if (end.error || redirect === 'if_required') return end;
      return leave(returnAddress(confirmParams.return_url, end.paymentIntent));
    });
  }

  confirmCardPayment(clientSecret, data = {}, { handleActions = true } = {}) {
    intentOf(clientSecret);
    const { payment_method: method, ...rest } = data;
    const byElement = method && typeof method === 'object';
    require(!byElement || method.card instanceof PaymentElement, '`payment_method.card` must be a mounted Element.');
    return once(clientSecret, async () => {
      const answer = byElement
        ? await method.card._elements._ask('confirm', {
          clientSecret,
          params: plain({ ...rest, payment_method_data: { billing_details: method.billing_details } }),
        })
        : await this._confirm(clientSecret, plain({ ...rest, payment_method: method }));
      return follow(this, answer, { locale: this._locale, handleActions });
    });
  }

  handleNextAction(options) {
    require(options?.clientSecret, 'stripe.handleNextAction() needs a `clientSecret`.');
    intentOf(options.clientSecret);
    return once(options.clientSecret, async () => (
      follow(this, await this._read(options.clientSecret), { locale: this._locale })
    ));
  }

  async retrievePaymentIntent(clientSecret) {
    const found = await this._read(clientSecret);
    return found.error ? { error: inLanguage(found.error, this._locale) } : { paymentIntent: found.value };
  }

  async createPaymentMethod(options) {
    const elements = options?.elements ?? options?.card?._elements;
    require(elements instanceof Elements, 'stripe.createPaymentMethod() needs `elements` with a mounted Element.');
    const billing = options.params?.billing_details ?? options.billing_details;
    const answer = await elements._ask('createPaymentMethod', { params: plain({ billing_details: billing }) });
    if (answer.error) return { error: inLanguage(answer.error, elements._options.locale ?? this._locale) };
    return { paymentMethod: answer.value };
  }

  _read(clientSecret) {
    const id = intentOf(clientSecret);
    return callApi(HOME, this._key, 'GET', `/v1/payment_intents/${id}`, { client_secret: clientSecret });
  }

  _confirm(clientSecret, params) {
    const id = intentOf(clientSecret);
    const form = { ...params, client_secret: clientSecret, use_stripe_sdk: true };
    return callApi(HOME, this._key, 'POST', `/v1/payment_intents/${id}/confirm`, form);
  }
}

// Said plainly, so that nobody looks for the fault in their own page.
const LATER_METHODS = [
  'confirmSetup', 'confirmCardSetup', 'confirmAmazonPaySetup', 'retrieveSetupIntent', 'handleCardAction', 'createToken',
  'createConfirmationToken', 'createEmbeddedCheckoutPage', 'initCheckoutElementsSdk', 'paymentRequest',
];
for (const name of LATER_METHODS) {
  StripeObject.prototype[name] = () => require(false, `This sandbox does not know stripe.${name}() yet.`);
}

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

function Stripe(key, options = {}) {
  require(typeof key === 'string' && key !== '', 'Please call Stripe() with your publishable key.');
  require(!/^[sr]k_/.test(key), 'You should not use your secret key with Stripe.js. Pass the publishable one (pk_…).');
  require(key.startsWith('pk_'), `Stripe() needs a publishable key; '${key.slice(0, 12)}' does not begin with pk_.`);
  return new StripeObject(key, options);
}

Stripe.version = 'sandbox';
window.Stripe = Stripe;
