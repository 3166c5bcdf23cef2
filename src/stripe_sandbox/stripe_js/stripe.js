// `window.Stripe(publishableKey, options)`: the object a shop's page works with.

class StripeObject {
  constructor(key, options) {
    this._key = key;
    this._locale = options.locale;
    this._wrappers = [];
  }

  elements(options = {}) {
    return new Elements(this, options);
  }

  // `redirect: 'always'` (the default) leaves for `return_url` on success, so it resolves only to `{ error }`.
  confirmPayment(options) {
    return this._confirmWithElements('pi', 'confirmPayment', options);
  }

  confirmSetup(options) {
    return this._confirmWithElements('seti', 'confirmSetup', options);
  }

  handleNextAction(options) {
    require(options?.clientSecret, 'stripe.handleNextAction() needs a `clientSecret`.');
    intentOf(options.clientSecret);
    return this._act(options.clientSecret);
  }

  // For `confirmation_method: manual`: afterwards the server confirms again.
  handleCardAction(clientSecret) {
    intentOf(clientSecret, 'pi');
    return this._act(clientSecret, (intent) => {
      if (intent.status === 'requires_action') return null;
      const message = `handleCardAction: The PaymentIntent supplied is not in the requires_action state (${intent.status}).`;
      return { ...refusal('invalid_request_error', 'payment_intent_unexpected_state', message), payment_intent: intent };
    });
  }

  async retrievePaymentIntent(clientSecret) {
    intentOf(clientSecret, 'pi');
    return this._retrieve(clientSecret);
  }

  async retrieveSetupIntent(clientSecret) {
    intentOf(clientSecret, 'seti');
    return this._retrieve(clientSecret);
  }

  createEmbeddedCheckoutPage(options) {
    return createEmbeddedCheckout(options);
  }

  initCheckoutElementsSdk(options) {
    return createCheckout(this, options);
  }

  registerAppInfo(info) {
    require(info && typeof info.name === 'string', 'stripe.registerAppInfo() needs a `name`.');
    this._wrappers.push(info);
  }

  _registerWrapper(info) {
    this._wrappers.push(info);
  }

  _confirmWithElements(kind, name, options) {
    require(options && typeof options === 'object', `stripe.${name}() needs an options object.`);
    const { elements, confirmParams = {}, redirect = 'always' } = options;
    const secret = options.clientSecret ?? elements?._options.clientSecret;
    require(elements || options.clientSecret, `stripe.${name}() needs \`elements\` or a \`clientSecret\`.`);
    require(!elements || elements instanceof Elements, '`elements` must come from stripe.elements().');
    require(['always', 'if_required'].includes(redirect), "`redirect` must be 'always' or 'if_required'.");
    require(secret, `stripe.${name}() needs a \`clientSecret\`, here or at stripe.elements().`);
    intentOf(secret, kind);
    require(!elements || elements._submitted, `elements.submit() must be called before stripe.${name}().`);
    if (redirect === 'always') require(confirmParams.return_url, 'confirmParams.return_url is missing.');
    if (confirmParams.return_url !== undefined) checkReturnUrl(confirmParams.return_url);
    return once(secret, async () => {
      const locale = elements?._options.locale ?? this._locale;
      const chosen = confirmParams.payment_method || confirmParams.confirmation_token;
      const answer = elements && !chosen
        ? await elements._ask('confirm', { clientSecret: secret, params: plain(confirmParams) })
        : await this._confirm(secret, plain(confirmParams));
      const end = await follow(this, answer, { locale });
      if (end.error || redirect === 'if_required') return end;
      return leave(returnAddress(confirmParams.return_url, end.paymentIntent ?? end.setupIntent));
    });
  }

  _act(clientSecret, objection = () => null) {
    return once(clientSecret, async () => {
      const found = await this._read(clientSecret);
      const wrong = found.value && objection(found.value);
      return wrong ? { error: wrong } : follow(this, found, { locale: this._locale });
    });
  }

  async _retrieve(clientSecret) {
    const found = await this._read(clientSecret);
    if (found.error) return { error: inLanguage(found.error, this._locale) };
    return { [kindOf(found.value).result]: found.value };
  }

  _read(clientSecret) {
    const { path, id } = intentOf(clientSecret);
    return callApi(HOME, this._key, 'GET', `/v1/${path}/${id}`, { client_secret: clientSecret });
  }

  _confirm(clientSecret, params) {
    const { path, id } = intentOf(clientSecret);
    const form = { ...params, client_secret: clientSecret, use_stripe_sdk: true };
    return callApi(HOME, this._key, 'POST', `/v1/${path}/${id}/confirm`, form);
  }
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

// The release whose names this script has: the npm package warns when it is not its own.
Stripe.version = 'endive';
window.Stripe = Stripe;
