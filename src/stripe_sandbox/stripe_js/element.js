// An Element as the shop's page holds it: mounted anywhere, listened to, asked to focus or to clear.

const ALWAYS = ['ready', 'change', 'focus', 'blur', 'escape', 'loaderror'];
const KINDS = {
  payment: {
    page: 'payment', title: 'Secure payment input frame',
    events: [
      ...ALWAYS, 'loaderstart', 'carddetailschange', 'savedpaymentmethodupdate', 'savedpaymentmethodremove',
      'availablepaymentmethodschange',
    ],
  },
  address: { page: 'address', title: 'Secure address input frame', events: [...ALWAYS, 'loaderstart'] },
  linkAuthentication: { page: 'email', title: 'Secure email input frame', events: [...ALWAYS, 'loaderstart'] },
  expressCheckout: {
    page: 'express', title: 'Secure payment button frame',
    events: [
      ...ALWAYS.filter((event) => event !== 'change'), 'click', 'confirm', 'cancel', 'shippingaddresschange',
      'shippingratechange', 'availablepaymentmethodschange',
    ],
  },
  card: { page: 'card', title: 'Secure card payment input frame', events: [...ALWAYS, 'networkschange'] },
  cardNumber: {
    page: 'card', query: { part: 'number' }, title: 'Secure card number input frame', events: [...ALWAYS, 'networkschange'],
  },
  cardExpiry: { page: 'card', query: { part: 'expiry' }, title: 'Secure expiration date input frame', events: ALWAYS },
  cardCvc: { page: 'card', query: { part: 'cvc' }, title: 'Secure CVC input frame', events: ALWAYS },
};

class PageElement extends Listeners {
  constructor(elements, type, options) {
    super(KINDS[type].events, `the '${type}' Element`);
    this._elements = elements;
    this._type = type;
    this._options = options;
    this._frame = null;
    this._container = null;
    this._destroyed = false;
  }

  mount(target) {
    this._usable();
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    require(
      container instanceof Element,
      `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`,
    );
    if (this._frame && this._container === container) return this;
    this.unmount();
    this._container = container;
    container.classList.add(this._class('base'), this._class('empty'));
    // Later, because who mounts first and listens then shall hear it too.
    if (this._events.includes('loaderstart')) setTimeout(() => this._tellPage('loaderstart', {}));
    this._frame = new Frame(container, KINDS[this._type], this._frameOptions(), (said) => this._hear(said));
    return this;
  }

  unmount() {
    this._frame?.remove();
    this._frame = null;
    this._container?.classList.remove(...['base', 'focus', 'empty', 'complete', 'invalid'].map((s) => this._class(s)));
    this._container = null;
    return this;
  }

  destroy() {
    this.unmount();
    this._destroyed = true;
    this._elements._forget(this);
    return this;
  }

  update(options = {}) {
    this._usable();
    this._options = { ...this._options, ...options };
    this._frame?.update(this._frameOptions());
    return this;
  }

  focus() { return this._tell('focus'); }

  blur() { return this._tell('blur'); }

  clear() { return this._tell('clear'); }

  _usable() {
    require(!this._destroyed, 'This Element has already been destroyed. Please create a new one.');
  }

  _tell(type) {
    this._usable();
    require(this._frame, `This Element is not mounted: ${type}() can only be called after mount().`);
    if (type === 'focus') this._frame.iframe.focus();
    this._frame.send({ type });
    return this;
  }

  _frameOptions() {
    return this._elements._frameOptions(this._type, this._options);
  }

  _hear(message) {
    if (message.type === 'change') this._mark(message.detail);
    if (message.type === 'focus') this._container?.classList.add(this._class('focus'));
    if (message.type === 'blur') this._container?.classList.remove(this._class('focus'));
    if (message.type === 'submit') this._container?.closest('form')?.requestSubmit();
    else if (message.type === 'loaderror') this._tellPage('loaderror', { error: message.error });
    else if (this._events.includes(message.type)) this._tellPage(message.type, message.detail ?? {});
  }

  _tellPage(event, detail) {
    this._emit(event, { elementType: this._type, ...detail });
  }

  _mark(detail) {
    this._container?.classList.toggle(this._class('empty'), detail.empty);
    this._container?.classList.toggle(this._class('complete'), detail.complete);
    this._container?.classList.toggle(this._class('invalid'), Boolean(detail.error));
  }

  // A shop may name the states' classes itself (the old card Elements).
  _class(state) {
    return this._options.classes?.[state] ?? (state === 'base' ? 'StripeElement' : `StripeElement--${state}`);
  }
}

class PaymentElement extends PageElement {
  collapse() { return this._tell('collapse'); }
}

class AddressElement extends PageElement {
  // Resolves to what the form holds now, complete or not.
  getValue() {
    require(this._frame, 'This Element is not mounted: getValue() can only be called after mount().');
    return this._frame.call('value');
  }

  _tellPage(event, detail) {
    super._tellPage(event, event === 'change' ? { elementMode: this._options.mode, ...detail } : detail);
  }
}
