// An Element as the shop's page holds it: mounted anywhere, listened to, asked to focus or to clear.

const EVENTS = ['ready', 'change', 'focus', 'blur', 'escape', 'loaderstart', 'loaderror'];

class PaymentElement {
  constructor(elements, options) {
    this._elements = elements;
    this._options = options;
    this._listeners = new Map();
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
    container.classList.add('StripeElement');
    this._emit('loaderstart', {});
    this._frame = new Frame(container, '/_pages/elements/payment', this._frameOptions(), (said) => this._hear(said));
    return this;
  }

  unmount() {
    this._frame?.remove();
    this._frame = null;
    this._container?.classList.remove(...STATES);
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
    this._frame?.send({ type: 'update', options: this._frameOptions() });
    return this;
  }

  focus() { return this._tell('focus'); }

  blur() { return this._tell('blur'); }

  clear() { return this._tell('clear'); }

  collapse() { return this; }

  on(event, handler) {
    require(EVENTS.includes(event), `The event '${event}' is not an event of the Payment Element.`);
    require(typeof handler === 'function', 'The second argument of element.on() must be a function.');
    if (!this._listeners.has(event)) this._listeners.set(event, new Set());
    this._listeners.get(event).add(handler);
    return this;
  }

  off(event, handler) {
    if (handler) this._listeners.get(event)?.delete(handler);
    else this._listeners.delete(event);
    return this;
  }

  once(event, handler) {
    const wrapped = (detail) => {
      this.off(event, wrapped);
      handler(detail);
    };
    return this.on(event, wrapped);
  }

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
    return this._elements._frameOptions(this._options);
  }

  _hear(message) {
    if (message.type === 'change') this._mark(message.detail);
    if (message.type === 'focus') this._container?.classList.add('StripeElement--focus');
    if (message.type === 'blur') this._container?.classList.remove('StripeElement--focus');
    if (message.type === 'submit') this._container?.closest('form')?.requestSubmit();
    else if (message.type === 'loaderror') this._emit('loaderror', { error: message.error });
    else this._emit(message.type, message.detail ?? {});
  }

  _mark(detail) {
    this._container?.classList.toggle('StripeElement--empty', detail.empty);
    this._container?.classList.toggle('StripeElement--complete', detail.complete);
  }

  _emit(event, detail) {
    for (const handler of [...(this._listeners.get(event) ?? [])]) handler({ elementType: 'payment', ...detail });
  }
}

const STATES = ['StripeElement', 'StripeElement--focus', 'StripeElement--empty', 'StripeElement--complete'];
