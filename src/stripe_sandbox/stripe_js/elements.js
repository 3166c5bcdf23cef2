// `stripe.elements(…)`: what all Elements of one payment have in common.

const MODES = ['payment', 'setup', 'subscription'];
const LATER = ['address', 'linkAuthentication', 'expressCheckout', 'card', 'cardNumber', 'cardExpiry', 'cardCvc'];

class Elements {
  constructor(stripe, options) {
    require(!('paymentMethodTypes' in options), '`paymentMethodTypes` is no longer an option of stripe.elements().');
    if (options.clientSecret !== undefined) intentOf(options.clientSecret);
    else if (options.mode !== undefined) require(MODES.includes(options.mode), `Invalid mode: '${options.mode}'.`);
    if (options.mode === 'payment') {
      require(Number.isInteger(options.amount), 'stripe.elements() with mode `payment` needs an integer `amount`.');
      require(typeof options.currency === 'string', 'stripe.elements() with mode `payment` needs a `currency`.');
    }
    this._stripe = stripe;
    this._options = { ...options };
    this._made = new Map();
    this._listeners = new Set();
    this._submitted = options.clientSecret !== undefined;
  }

  create(type, options = {}) {
    require(!LATER.includes(type), `This sandbox does not draw the '${type}' Element yet. Use 'payment'.`);
    require(type === 'payment', `'${type}' is not the name of an Element.`);
    require(!this._made.has(type), `Can only create one Element of type ${type}.`);
    const element = new PaymentElement(this, options);
    this._made.set(type, element);
    return element;
  }

  getElement(type) {
    return this._made.get(type) ?? null;
  }

  async update(options = {}) {
    require(!('clientSecret' in options), '`clientSecret` cannot be changed. Make a new elements() instead.');
    this._options = { ...this._options, ...options };
    for (const element of this._made.values()) element.update();
  }

  async submit() {
    const answer = await this._ask('submit');
    this._submitted ||= !answer.error;
    return answer.error ? { error: answer.error } : { selectedPaymentMethod: 'card' };
  }

  async fetchUpdates() {
    if (!this._options.clientSecret) return {};
    const found = await this._stripe.retrievePaymentIntent(this._options.clientSecret);
    if (found.error) return { error: found.error };
    for (const handler of this._listeners) handler({});
    return {};
  }

  on(event, handler) {
    require(event === 'update-end', `'${event}' is not an event of Elements.`);
    this._listeners.add(handler);
    return this;
  }

  off(event, handler) {
    this._listeners.delete(handler);
    return this;
  }

  // Resolves to the frame's answer. The frame holds the card; this side never sees it.
  async _ask(method, params) {
    const frame = this._made.get('payment')?._frame;
    require(frame, 'elements should have a mounted Payment Element.');
    return frame.call(method, params);
  }

  _frameOptions(elementOptions) {
    const { appearance = {}, clientSecret } = this._options;
    const theme = appearance.theme === 'night' ? 'night' : 'stripe';
    const locale = languageOf(this._options.locale ?? this._stripe._locale);
    const { defaultValues = {}, fields = {}, readOnly = false } = elementOptions;
    const billing = asksFor(fields);
    const plain = {
      theme, locale, variables: appearance.variables ?? {}, rules: appearance.rules ?? {}, readOnly,
      clientSecret: clientSecret ?? null, key: this._stripe._key, billing, defaults: defaultValues.billingDetails ?? {},
    };
    plain.height = initialHeight(plain);
    // What crosses to the frame must be data: functions and DOM nodes of the page stay here.
    return JSON.parse(JSON.stringify(plain));
  }

  _forget(element) {
    for (const [type, made] of this._made) if (made === element) this._made.delete(type);
  }
}

// Country and postal code are asked only when the page says so: most shops already know the address.
function asksFor(fields) {
  const wanted = fields.billingDetails;
  if (wanted === 'auto') return { country: true, postalCode: true };
  const address = wanted?.address;
  if (address === 'auto') return { country: true, postalCode: true };
  return { country: address?.country === 'auto', postalCode: address?.postalCode === 'auto' };
}

// The frame's height before it can say so itself, so that the page does not jump (see element.css).
function initialHeight({ variables, billing }) {
  const unit = Number.parseFloat(variables.spacingUnit) || 4;
  const rows = billing.country || billing.postalCode ? 3 : 2;
  const field = 18 + unit + 20 + 6 * unit;
  return Math.ceil(rows * field + (rows - 1) * 3 * unit);
}

function intentOf(clientSecret) {
  const found = /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret);
  require(
    found,
    'The client secret is not that of a PaymentIntent. It looks like `pi_…_secret_…` and comes from your server.',
  );
  return found[1];
}
