// `stripe.initCheckoutElementsSdk()`: a Checkout Session with `ui_mode: elements`, drawn by the shop itself. The
// object is there at once; what needs the session waits for it.

const UNMODELLED = ['CurrencySelector', 'TaxId', 'Terms', 'LinkSignup'];

function createCheckout(stripe, options) {
  require(options?.clientSecret, 'stripe.initCheckoutElementsSdk() needs a `clientSecret`.');
  const checkout = new Checkout(stripe, options);
  // Plain functions of a plain object: React's provider copies them.
  const sdk = {
    on: (event, handler) => { checkout.on(event, handler); },
    off: (event, handler) => { checkout.off(event, handler); },
    loadActions: () => checkout.loadActions(),
    changeAppearance: (appearance) => { checkout.elements.update({ appearance }); },
    loadFonts: (fonts) => { checkout.elements.update({ fonts }); },
    createPaymentElement: (given) => checkout.elements.create('payment', given),
    getPaymentElement: () => checkout.elements.getElement('payment'),
    createExpressCheckoutElement: (given) => checkout.elements.create('expressCheckout', given),
    getExpressCheckoutElement: () => checkout.elements.getElement('expressCheckout'),
    createContactDetailsElement: () => checkout.contact(),
    getContactDetailsElement: () => checkout.elements.getElement('linkAuthentication'),
  };
  for (const mode of ['Billing', 'Shipping']) {
    sdk[`create${mode}AddressElement`] = (given) => checkout.address(mode.toLowerCase(), given);
    sdk[`get${mode}AddressElement`] = () => checkout.elements.getElement('address', { mode: mode.toLowerCase() });
  }
  for (const name of UNMODELLED) {
    sdk[`create${name}Element`] = () => require(false, `This sandbox does not draw the ${name} Element.`);
    sdk[`get${name}Element`] = () => null;
  }
  return sdk;
}

class Checkout extends Listeners {
  constructor(stripe, { clientSecret, elementsOptions = {}, defaultValues = {} }) {
    super(['change'], 'the checkout');
    this.stripe = stripe;
    this.defaultValues = defaultValues;
    const { appearance, fonts, loader } = elementsOptions;
    this.elements = new Elements(stripe, { appearance, fonts, loader, _checkout: { types: ['card'] } });
    this.elements._submitted = true;
    this.loading = this.load(clientSecret);
  }

  async load(clientSecret) {
    this.secret = await clientSecret;
    this.id = sessionOf(this.secret);
    const known = await this.call('GET');
    if (known.error) return known;
    this.take(known.value, { silent: true });
    const { email, phoneNumber, billingAddress, shippingAddress } = this.defaultValues;
    const defaults = changesOf({ email, phoneNumber, billingAddress, shippingAddress });
    if (!Object.keys(defaults).length || known.value.status !== 'open') return known;
    const changed = await this.call('POST', '', defaults);
    if (changed.value) this.take(changed.value, { silent: true });
    return known;
  }

  async loadActions() {
    const { error } = await this.loading.catch((reason) => ({ error: { message: String(reason?.message ?? reason) } }));
    if (error) return { type: 'error', error: { message: error.message, code: null } };
    return { type: 'success', actions: actionsOf(this) };
  }

  call(method, path = '', params = {}) {
    const form = { ...params, client_secret: this.secret };
    return callApi(HOME, this.stripe._key, method, `/v1/payment_pages/${this.id}${path}`, form);
  }

  get session() {
    return pageSession(this.page, this.locale);
  }

  // Where the shop sends to; null is everywhere.
  get countries() {
    return this.page?.shipping_address_collection?.allowed_countries ?? null;
  }

  get locale() {
    return languageOf(this.stripe._locale);
  }

  // The session as it now is; who listens hears of it only if something is different.
  take(page, { silent = false } = {}) {
    const before = this.page && JSON.stringify(this.page);
    this.page = page;
    const { payment_method_types: types, amount_total: amount, currency } = page;
    const group = this.elements._options;
    const drawn = JSON.stringify([group._checkout, group.amount, group.currency]);
    Object.assign(group, { _checkout: { types }, amount: amount ?? undefined, currency: currency ?? undefined });
    if (drawn !== JSON.stringify([group._checkout, group.amount, group.currency])) {
      for (const element of this.elements._made.values()) element.update();
    }
    if (!silent && before !== JSON.stringify(page)) this._emit('change', this.session);
  }

  // One change of the customer's; answers as every action does.
  async change(params, code = () => null) {
    await this.loading;
    const { value, error } = await this.call('POST', '', params);
    if (error) return { type: 'error', error: { message: inLanguage(error, this.locale).message, code: code(error) } };
    this.take(value);
    return { type: 'success', session: this.session };
  }

  async reload() {
    const { value, error } = await this.call('GET');
    if (error) return { type: 'error', error: { message: error.message, code: null } };
    this.take(value);
    return { type: 'success', session: this.session };
  }

  contact() {
    const element = this.elements.create('linkAuthentication', { defaultValues: { email: this.page?.customer_details?.email } });
    return element.on('change', ({ complete, value }) => { if (complete) this.change({ email: value.email }); });
  }

  async limit(element) {
    await this.loading.catch(() => null);
    if (this.countries && !element._destroyed) element.update({ allowedCountries: this.countries });
  }

  // What is typed into an Address Element is the session's at once, so that tax and delivery follow.
  address(mode, options = {}) {
    const element = this.elements.create('address', { ...options, mode });
    if (mode === 'shipping') this.limit(element);
    return element.on('change', ({ complete, value }) => {
      if (complete) this.change(changesOf({ [`${mode}Address`]: value }));
    });
  }
}

// What the page says in its words, in those of the API. `null` takes a thing back.
function changesOf({ email, phoneNumber, billingAddress, shippingAddress, individualName, businessName }) {
  const given = (value) => (value === null ? UNSET : value);
  const contact = (one) => (one === null ? UNSET : one && { name: one.name, address: { ...one.address } });
  const billing = contact(billingAddress);
  const details = {
    ...(typeof billing === 'object' ? billing : {}), phone: given(phoneNumber), individual_name: given(individualName),
    business_name: given(businessName),
  };
  const changes = { email: given(email), customer_details: details, shipping_details: contact(shippingAddress) };
  if (billing === UNSET) details.address = UNSET;
  if (changes.shipping_details === UNSET) changes.shipping_details = { address: UNSET };
  const said = ([, value]) => value !== undefined;
  changes.customer_details = Object.fromEntries(Object.entries(details).filter(said));
  if (!Object.keys(changes.customer_details).length) delete changes.customer_details;
  return Object.fromEntries(Object.entries(changes).filter(said));
}
