// `stripe.elements(…)`: what all Elements of one payment have in common.

const MODES = ['payment', 'setup', 'subscription'];
const CARD_TYPES = ['card', 'cardNumber'];
const UPDATABLE = [
  'locale', 'fonts', 'appearance', 'mode', 'currency', 'amount', 'setupFutureUsage', 'setup_future_usage',
  'captureMethod', 'capture_method', 'excludedPaymentMethodTypes', 'allowedPaymentMethodTypes',
  'paymentMethodConfiguration', 'payment_method_configuration', 'onBehalfOf', 'on_behalf_of',
  'customerSessionClientSecret', 'customPaymentMethods', 'paymentMethodOptions', 'payment_method_options',
];

class Elements extends Listeners {
  constructor(stripe, options) {
    super(['update-end'], 'stripe.elements()');
    checkElementsOptions(options);
    this._stripe = stripe;
    this._options = { ...options };
    this._made = new Map();
    this._submitted = options.clientSecret !== undefined;
  }

  create(type, options = {}) {
    require(Object.hasOwn(KINDS, type), `'${type}' is not the name of an Element.`);
    const name = nameOf(type, options);
    require(!this._made.has(name), `Can only create one Element of type ${type}.`);
    const made = makeElement(this, type, options);
    this._made.set(name, made);
    return made;
  }

  getElement(type, options) {
    if (type !== 'address') return this._made.get(type) ?? null;
    const modes = options?.mode ? [options.mode] : ['shipping', 'billing'];
    return modes.map((mode) => this._made.get(`address ${mode}`)).find(Boolean) ?? null;
  }

  async update(options = {}) {
    require(!('clientSecret' in options), '`clientSecret` cannot be changed. Make a new elements() instead.');
    const strange = Object.keys(options).find((name) => !UPDATABLE.includes(name));
    require(!strange, `'${strange}' is not an option of elements.update().`);
    checkElementsOptions({ ...this._options, ...options });
    this._options = { ...this._options, ...options };
    for (const element of this._made.values()) element.update();
    this._emit('update-end', {});
  }

  // Checks every form of this group; the first fault is the answer. Must run before a deferred confirmation.
  async submit() {
    for (const element of this._made.values()) {
      if (!element._frame || element._type === 'expressCheckout') continue;
      const answer = await element._frame.call('submit');
      if (answer.error) return { error: answer.error };
      if (answer.selectedPaymentMethod) this._selected = answer.selectedPaymentMethod;
    }
    this._submitted = true;
    const wallet = this._wallet();
    return { selectedPaymentMethod: wallet?.type ?? this._selected ?? 'card' };
  }

  // After the server has changed the intent: read it again, redraw what depends on it.
  async fetchUpdates() {
    if (!this._options.clientSecret) return {};
    const found = await this._stripe._read(this._options.clientSecret);
    if (found.error) return { error: found.error };
    for (const element of this._made.values()) element._frame?.send({ type: 'refresh' });
    this._emit('update-end', {});
    return {};
  }

  // Resolves to the answer of the frame that holds the payment details; this side never sees a card.
  async _ask(method, params) {
    const wallet = this._wallet();
    if (wallet) return this._made.get('expressCheckout')._answer(method, await this._withDetails(params), wallet);
    const frame = this._payer();
    require(frame, 'elements should have a mounted Payment Element or Express Checkout Element.');
    return frame.call(method, await this._withDetails(params));
  }

  _payer() {
    const card = CARD_TYPES.map((type) => this._made.get(type)?._frame).find(Boolean);
    return this._made.get('payment')?._frame ?? card;
  }

  _wallet() {
    return this._made.get('expressCheckout')?._paid ?? null;
  }

  // What the other Elements of the page know goes along: address, shipping, e-mail; the page's own word wins.
  async _withDetails(params) {
    const given = params.params ?? {};
    if (params.session) return params; // its page keeps the addresses
    const billing = { ...(await this._valueOf('address billing')), ...(await this._valueOf('linkAuthentication')) };
    const shipping = await this._valueOf('address shipping');
    const data = given.payment_method_data ?? {};
    const merged = {
      ...given,
      payment_method_data: { ...data, billing_details: { ...billing, ...data.billing_details } },
    };
    if (shipping && !given.shipping) merged.shipping = shipping;
    return { ...params, params: merged, siblings: this._siblings() };
  }

  async _valueOf(name) {
    const frame = this._made.get(name)?._frame;
    if (!frame) return null;
    const { complete, value } = await frame.call('value');
    if (!complete) return null;
    if (name === 'linkAuthentication') return { email: value.email };
    return { name: value.name, address: value.address, ...(value.phone ? { phone: value.phone } : {}) };
  }

  // The frames of a card that is typed in three Elements find one another by name.
  _siblings() {
    const parts = ['cardNumber', 'cardExpiry', 'cardCvc'].filter((type) => this._made.get(type)?._frame);
    return Object.fromEntries(parts.map((type) => [type, this._made.get(type)._frame.iframe.name]));
  }

  _frameOptions(type, elementOptions) {
    const locale = languageOf(this._options.locale ?? this._stripe._locale);
    const plain = frameOptions(type, this._options, elementOptions, locale);
    plain.key = this._stripe._key;
    plain.shop = window.location.hostname;
    // What crosses to the frame must be data: functions and DOM nodes of the page stay here.
    return JSON.parse(JSON.stringify(plain));
  }

  _forget(element) {
    for (const [type, made] of this._made) if (made === element) this._made.delete(type);
  }
}

function makeElement(elements, type, options) {
  if (type === 'payment') return new PaymentElement(elements, type, options);
  if (type === 'expressCheckout') return new ExpressCheckoutElement(elements, type, options);
  return type === 'address' ? new AddressElement(elements, type, options) : new PageElement(elements, type, options);
}

function nameOf(type, options) {
  if (type !== 'address') return type;
  require(['shipping', 'billing'].includes(options.mode), "The Address Element needs a `mode`: 'shipping' or 'billing'.");
  return `address ${options.mode}`;
}

function checkElementsOptions(options) {
  require(!('paymentMethodTypes' in options), '`paymentMethodTypes` is no longer an option of stripe.elements().');
  const { clientSecret, mode, allowedPaymentMethodTypes: allowed, excludedPaymentMethodTypes: excluded } = options;
  require(clientSecret === undefined || mode === undefined, 'Give stripe.elements() a `clientSecret` or a `mode`, not both.');
  require(!(allowed && excluded), '`allowedPaymentMethodTypes` and `excludedPaymentMethodTypes` exclude each other.');
  if (clientSecret !== undefined) intentOf(clientSecret);
  else if (mode !== undefined) require(MODES.includes(mode), `Invalid mode: '${mode}'.`);
  if (mode === 'payment' || mode === 'subscription') {
    require(Number.isInteger(options.amount), `stripe.elements() with mode \`${mode}\` needs an integer \`amount\`.`);
    require(typeof options.currency === 'string', `stripe.elements() with mode \`${mode}\` needs a \`currency\`.`);
  }
}
