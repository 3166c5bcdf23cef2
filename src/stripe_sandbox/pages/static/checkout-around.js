// What an embedded page says to the page around it, and asks it: that page hears of an address before it counts.

const ORIGIN = document.body.dataset.origin;
let asked = 0;

function tell(type, detail) {
  if (ORIGIN && window.parent !== window) window.parent.postMessage({ sandbox: 'checkout', type, ...detail }, ORIGIN);
}

// Resolves to the page's verdict: `{ type: 'accept' }` or `{ type: 'reject', errorMessage }`.
function ask(type, detail) {
  asked += 1;
  const id = asked;
  return new Promise((resolve) => {
    const hear = (event) => {
      if (event.origin !== ORIGIN || event.source !== window.parent) return;
      if (event.data?.sandbox !== 'checkout' || event.data.type !== 'judged' || event.data.id !== id) return;
      window.removeEventListener('message', hear);
      resolve(event.data.result);
    };
    window.addEventListener('message', hear);
    tell(type, { id, detail });
  });
}

// The delivery address once it is complete, as the page around gets it; null before that.
function shippingIn(form) {
  const inputs = [...form.querySelectorAll('[name^="shipping_"]:not([name="shipping_rate"])')];
  if (inputs.some((input) => input.required && input.checkVisibility() && !input.value.trim())) return null;
  const { shipping_name: name, ...parts } = Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]));
  const address = Object.entries(parts).map(([part, value]) => [part.replace('shipping_', ''), value || null]);
  return { name, address: Object.fromEntries(address) };
}

// Every event carries what Stripe's carries around its details.
function note(eventType, details) {
  tell('analytics', { event: { eventType, details, clientMetadata: {}, timestamp: Math.floor(Date.now() / 1000) } });
}
