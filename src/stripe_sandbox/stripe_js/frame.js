// One Element's iframe, and the conversation with it. Both sides check the origin of what they hear: this one
// also checks that it comes from this very window.

const LOAD_TIMEOUT_MS = 20000;
let framesMade = 0;

class Frame {
  constructor(container, { page, title, query = {} }, options, hear) {
    framesMade += 1;
    this.calls = new Map();
    this.waiting = [];
    this.loaded = false;
    this.hear = hear;
    this.options = options;
    this.iframe = document.createElement('iframe');
    this.iframe.name = `__privateStripeFrame${framesMade}`;
    this.iframe.title = title;
    this.iframe.allow = 'payment';
    const asked = new URLSearchParams({
      origin: window.location.origin, locale: options.locale, theme: options.theme, ...query,
    });
    this.iframe.src = `${HOME}/_pages/elements/${page}?${asked}`;
    this.dress(options);
    this.listener = (event) => this.receive(event);
    window.addEventListener('message', this.listener);
    container.replaceChildren(this.iframe);
    this.timer = setTimeout(() => this.giveUp(), LOAD_TIMEOUT_MS);
  }

  // Set through the CSSOM: a page's Content-Security-Policy forbids style attributes.
  dress(options) {
    const style = this.iframe.style;
    Object.assign(style, {
      display: 'block', border: '0', width: '100%', margin: '0', maxWidth: 'none', minWidth: '0',
      height: `${options.height}px`, background: 'transparent', userSelect: 'none',
    });
    this.match(options);
  }

  // A frame whose colour scheme differs from its document's is painted opaque.
  match(options) {
    this.iframe.style.colorScheme = options.theme === 'night' ? 'dark' : 'light';
  }

  receive(event) {
    if (event.origin !== HOME || event.source !== this.iframe.contentWindow) return;
    const message = event.data;
    if (message?.sandbox !== 'element') return;
    if (message.type === 'loaded') this.begin();
    else if (message.type === 'resize') this.iframe.style.height = `${Math.ceil(Number(message.height)) || 0}px`;
    else if (message.type === 'result') this.finish(message);
    else this.hear(message);
  }

  begin() {
    clearTimeout(this.timer);
    this.loaded = true;
    this.post({ type: 'init', options: this.options });
    for (const message of this.waiting.splice(0)) this.post(message);
  }

  giveUp() {
    const error = refusal('api_connection_error', 'api_connection_error', NO_CONNECTION);
    this.hear({ type: 'loaderror', error });
    for (const resolve of this.calls.values()) resolve({ error });
    this.calls.clear();
  }

  // New options for a frame that may not have loaded yet: it must begin with the newest.
  update(options) {
    this.options = options;
    this.match(options);
    if (this.loaded) this.post({ type: 'update', options });
  }

  send(message) {
    if (this.loaded) this.post(message);
    else this.waiting.push(message);
  }

  post(message) {
    this.iframe.contentWindow?.postMessage({ sandbox: 'element', ...message }, HOME);
  }

  // Ask the frame to do something; resolves to its answer.
  call(method, params = {}) {
    const id = randomKey();
    return new Promise((resolve) => {
      this.calls.set(id, resolve);
      this.send({ type: 'call', id, method, params });
    });
  }

  finish(message) {
    this.calls.get(message.id)?.(message.value);
    this.calls.delete(message.id);
  }

  remove() {
    clearTimeout(this.timer);
    window.removeEventListener('message', this.listener);
    this.iframe.remove();
    const error = refusal('invalid_request_error', 'element_removed', 'The payment form was taken off the page.');
    for (const resolve of this.calls.values()) resolve({ error });
    this.calls.clear();
  }
}
