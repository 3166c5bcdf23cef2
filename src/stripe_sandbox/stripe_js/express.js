// The Express Checkout Element: buttons in a frame, and the sheet that a press opens. No wallet is behind it: the
// sheet plays one, and whoever tests decides there whether the customer pays, with which test card, and where to.

const CLICK_PATIENCE_MS = 1000;

class ExpressCheckoutElement extends PageElement {
  constructor(elements, type, options) {
    super(elements, type, options);
    this._sheet = null;
    this._paid = null;
  }

  unmount() {
    this._endSheet();
    return super.unmount();
  }

  _hear(message) {
    if (message.type === 'click') this._open(message.detail.expressPaymentType);
    else super._hear(message);
  }

  async _open(type) {
    if (this._sheet) return;
    const details = await this._mayOpen(type);
    if (!details || this._sheet || !this._frame) return;
    const { locale, theme, key, clientSecret, amount, currency, shop } = this._frameOptions();
    const chosen = { ...this._options, ...details };
    const url = new URL('/_pages/elements/wallet', HOME);
    url.search = new URLSearchParams({ origin: window.location.origin, locale, theme });
    const options = plain({
      locale, theme, key, clientSecret, amount, currency, wallet: type, business: chosen.business?.name ?? shop,
      lineItems: chosen.lineItems ?? [], shippingRates: chosen.shippingRates ?? [],
      countries: chosen.allowedShippingCountries ?? null, shipping: Boolean(chosen.shippingAddressRequired),
      email: Boolean(chosen.emailRequired), phone: Boolean(chosen.phoneNumberRequired),
      billing: Boolean(chosen.billingAddressRequired), variables: {}, rules: {},
    });
    require(!options.shipping || options.shippingRates.length, '`shippingAddressRequired` needs `shippingRates`.');
    this._sheet = openDialog({
      url, name: '__privateStripeFrameWallet', title: 'Test wallet', speaks: 'element', refuse: () => this._cancel(),
      hear: (said) => this._heardSheet(said, type, options),
    });
  }

  // The page answers a click with `resolve()`; a page that does not listen has nothing to add.
  _mayOpen(type) {
    if (!this._listensTo('click')) return Promise.resolve({});
    return new Promise((answer) => {
      const timer = setTimeout(() => answer(null), CLICK_PATIENCE_MS);
      const end = (value) => { clearTimeout(timer); answer(value); };
      this._tellPage('click', {
        expressPaymentType: type, resolve: (details = {}) => end(details), reject: () => end(null),
      });
    });
  }

  _heardSheet(said, type, options) {
    if (said.type === 'loaded') this._sheet.post({ type: 'init', options });
    else if (said.type === 'cancel') this._cancel();
    else if (said.type === 'pass') this._pass(said.detail, type);
    else if (['shippingaddresschange', 'shippingratechange'].includes(said.type)) this._changed(said.type, said.detail);
  }

  _changed(event, detail) {
    if (!this._listensTo(event)) {
      this._sheet?.post({ type: 'totals' });
      return;
    }
    this._emit(event, {
      ...detail,
      resolve: (details = {}) => this._sheet?.post(plain({
        type: 'totals', ...details, amount: this._elements._options.amount ?? undefined,
      })),
      reject: () => this._sheet?.post({ type: 'refused', event }),
    });
  }

  _pass({ method, billingDetails, shippingAddress, shippingRate }, type) {
    this._paid = { type, method, shipping: shippingAddress };
    this._emit('confirm', {
      ...plain({ elementType: 'expressCheckout', expressPaymentType: type, billingDetails, shippingAddress, shippingRate }),
      paymentFailed: ({ message = null } = {}) => {
        this._paid = null;
        this._sheet?.post({ type: 'failed', message });
      },
    });
  }

  _cancel() {
    this._endSheet();
    this._tellPage('cancel', {});
  }

  _endSheet() {
    this._paid = null;
    this._sheet?.close();
    this._sheet = null;
  }

  // A wallet's payment: the sheet has done its work, and a challenge needs the place.
  _answer(call, given, { method, shipping }) {
    this._endSheet();
    const { key, setupFutureUsage } = this._frameOptions();
    const { payment_method_data: more, ...params } = given.params;
    const data = { payment_method_data: withBilling(method, more) };
    if (shipping && call === 'confirmSession') data.shipping_details = shipping;
    else if (shipping && call !== 'createPaymentMethod') data.shipping = shipping;
    if (call === 'createConfirmationToken' && setupFutureUsage) data.setup_future_usage = setupFutureUsage;
    return SENDING[call](key, { ...given, params }, data);
  }
}
