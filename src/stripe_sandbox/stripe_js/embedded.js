// The hosted payment page inside the shop's own: a frame of the sandbox that says how tall it is, when it is done
// and where it wants to go. One per page.

let embedded = null;

async function createEmbeddedCheckout(options) {
  require(options && typeof options === 'object', 'stripe.createEmbeddedCheckoutPage() needs an options object.');
  const { clientSecret, fetchClientSecret } = options;
  require(clientSecret || typeof fetchClientSecret === 'function', 'Give a `clientSecret` or `fetchClientSecret`.');
  require(!(clientSecret && fetchClientSecret), 'Give either `clientSecret` or `fetchClientSecret`, not both.');
  require(!embedded, 'You cannot have multiple Embedded Checkout objects. Destroy the first one.');
  const made = new EmbeddedCheckout(options);
  embedded = made;
  try {
    made.session(clientSecret ?? await fetchClientSecret());
  } catch (error) {
    embedded = null;
    throw error;
  }
  return { mount: (where) => made.mount(where), unmount: () => made.unmount(), destroy: () => made.destroy() };
}

function sessionOf(clientSecret) {
  const found = /^(cs_[A-Za-z0-9_]+?)_secret_.+$/.exec(clientSecret);
  require(found, 'The client secret is not that of a Checkout Session: `cs_…_secret_…`.');
  return found[1];
}

// Light or dark, as the shop's page is at this place.
function schemeAround(place) {
  const knowsDark = /\bdark\b/.test(window.getComputedStyle(place).colorScheme);
  return knowsDark && window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

class EmbeddedCheckout {
  constructor(options) {
    this.options = options;
    this.destroyed = false;
    this.frame = null;
    this.listener = (event) => this.receive(event);
  }

  session(clientSecret) {
    this.clientSecret = clientSecret;
    this.id = sessionOf(clientSecret);
  }

  mount(where) {
    require(!this.destroyed, 'This Embedded Checkout has been destroyed. Create a new one.');
    const container = typeof where === 'string' ? document.querySelector(where) : where;
    require(container instanceof Element, `The selector you specified (${where}) applies to no DOM elements.`);
    require(!this.frame, 'This Embedded Checkout is mounted already. Unmount it first.');
    const url = new URL(`/c/embed/${this.id}`, HOME);
    const scheme = schemeAround(container);
    url.search = new URLSearchParams({ origin: window.location.origin, client_secret: this.clientSecret, scheme });
    this.frame = document.createElement('iframe');
    this.frame.name = '__privateStripeFrameCheckout';
    this.frame.title = 'Secure checkout';
    this.frame.allow = 'payment';
    Object.assign(this.frame.style, { display: 'block', border: '0', width: '100%', height: '760px', colorScheme: scheme });
    this.frame.src = url.href;
    window.addEventListener('message', this.listener);
    container.replaceChildren(this.frame);
  }

  unmount() {
    require(!this.destroyed, 'This Embedded Checkout has been destroyed.');
    window.removeEventListener('message', this.listener);
    this.frame?.remove();
    this.frame = null;
  }

  destroy() {
    if (this.destroyed) return;
    this.unmount();
    this.destroyed = true;
    embedded = null;
  }

  receive(event) {
    if (event.origin !== HOME || event.source !== this.frame?.contentWindow) return;
    const said = event.data;
    if (said?.sandbox !== 'checkout') return;
    if (said.type === 'resize') this.frame.style.height = `${Math.ceil(Number(said.height)) || 0}px`;
    else if (said.type === 'complete') this.options.onComplete?.();
    else if (said.type === 'redirect') leave(said.url);
    else if (said.type === 'challenge') this.challenge(said.url);
    else if (said.type === 'analytics') this.options.onAnalyticsEvent?.({ checkoutSession: this.id, ...said.event });
    else if (said.type === 'shipping') this.judge(said, this.options.onShippingDetailsChange);
  }

  // The page may accept or reject what the customer chose; without a say it is accepted.
  async judge(said, handler) {
    let result = { type: 'accept' };
    try {
      result = (await handler?.({ checkoutSessionId: this.id, ...said.detail })) ?? result;
    } catch (error) {
      result = { type: 'reject', errorMessage: String(error?.message ?? error) };
    }
    this.frame?.contentWindow.postMessage({ sandbox: 'checkout', type: 'judged', id: said.id, result: plain(result) }, HOME);
  }

  async challenge(url) {
    await runChallenge(url, 'auto');
    this.frame?.contentWindow.postMessage({ sandbox: 'checkout', type: 'challenged' }, HOME);
  }
}
