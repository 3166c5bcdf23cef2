// The payment page, better with a script: slips are found before sending, totals follow what is chosen, a decline
// is said without a new page. The server does all of this by itself; what is shown here is its own HTML, part by part.

const form = document.getElementById('checkout');
const MISSING = { email: 'incomplete_email', name: 'incomplete_name', terms: 'terms_needed' };
document.documentElement.classList.add('scripted');
if (ORIGIN) reportSize();
if (form) new PaymentPage(form);

function reportSize() {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height !== told) tell('resize', { height });
    told = height;
  }).observe(document.documentElement);
}

function PaymentPage(form) {
  const strings = JSON.parse(document.getElementById('strings').textContent);
  const said = document.getElementById('said');
  const card = form.elements.number ? new CardFields(form, strings.faults) : null;
  let waiting = Promise.resolve(true);
  let timer = null;
  let paying = false;

  offerCopies(said);
  note('checkoutRendered', {});
  if (card?.inputs.number.value) card.regroup(card.inputs.number, (text) => groupNumber(digitsOf(text)));
  document.getElementById('alert')?.focus({ preventScroll: true });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const act = event.submitter?.value ?? 'pay';
    if (act === 'pay') pay();
    else change(act);
  });

  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.target.id === 'code' || 'live' in event.target.dataset)) return;
    event.preventDefault();
    change(event.target.id === 'code' ? 'code' : 'update');
  });

  form.addEventListener('change', (event) => {
    const { name, dataset } = event.target;
    if (ORIGIN && /^shipping_(?!rate)/.test(name)) moved();
    const priced = 'priced' in form.dataset && /^(shipping|billing|tax)_|^(as_business|billing_same)$/.test(name);
    if (!('live' in dataset) && !priced) return;
    clearTimeout(timer);
    timer = setTimeout(() => change('update'), priced ? 350 : 0);
  });

  // The row that was pressed stays under the finger while the one above it closes.
  let pressed = null;
  form.addEventListener('pointerdown', (event) => {
    const row = event.target.closest('.method');
    pressed = row && { row, top: row.getBoundingClientRect().top };
  });
  form.addEventListener('change', (event) => {
    if (event.target.name === 'method' && pressed?.row.contains(event.target)) {
      window.scrollBy({ top: pressed.row.getBoundingClientRect().top - pressed.top, behavior: 'instant' });
    }
  });

  form.addEventListener('input', (event) => {
    const input = event.target;
    const isCard = card && input.name in card.inputs;
    if (!isCard && input.getAttribute('aria-invalid') === 'true' && !faultOf(input)) mark(input, null);
  });

  // Shown again by the back button, the page must say how things are now.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload();
  });

  window.addEventListener('message', (event) => {
    if (event.origin !== ORIGIN || event.source !== window.parent) return;
    if (event.data?.sandbox === 'checkout' && event.data.type === 'challenged') challenged();
  });

  // The page around may refuse an address, and then nothing is paid.
  let refused = null;
  let moves = '';
  function moved() {
    const shippingDetails = shippingIn(form);
    if (!shippingDetails || JSON.stringify(shippingDetails) === moves) return;
    moves = JSON.stringify(shippingDetails);
    waiting = waiting.then(async () => {
      const verdict = await ask('shipping', { shippingDetails });
      refused = verdict.type === 'reject' ? verdict.errorMessage ?? strings.faults.incomplete_field : null;
      if (refused) return complain(refused);
      return send('update', expected());
    }).catch(offline);
  }

  // One request at a time, in the order of what the customer did; answers whether all went well.
  function change(act) {
    clearTimeout(timer);
    timer = null;
    waiting = waiting.then(() => send(act, expected())).catch(offline);
    return waiting;
  }

  async function pay() {
    if (paying || !valid()) return;
    note('checkoutSubmitted', { paymentMethodType: form.elements.method?.value ?? 'card' });
    const seen = expected();
    busy(true);
    if (timer) change('update');
    if (!(await waiting) || refused) {
      if (refused) complain(refused);
      waiting = Promise.resolve(true);
      busy(false);
      document.getElementById('alert')?.focus();
      return;
    }
    try {
      await send('pay', seen);
    } catch {
      offline();
      busy(false);
    }
  }

  async function send(act, amount) {
    const body = new URLSearchParams(new FormData(form));
    body.set('do', act);
    if (amount) body.set('expected_amount', amount);
    const answer = await fetch(form.action, { method: 'POST', headers: { 'X-Page': 'part' }, body, credentials: 'omit' });
    return take(answer, act);
  }

  async function take(answer, act) {
    if (answer.headers.get('content-type')?.includes('json')) {
      follow(await answer.json());
      return true;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.getElementById('checkout')) {
      window.location.replace(window.location.href);
      return true;
    }
    const isFine = !page.getElementById('alert');
    show(page, act);
    if (act === 'pay') busy(false);
    return isFine;
  }

  function follow({ go, challenge, complete }) {
    if (complete) {
      tell('complete');
      window.location.replace(window.location.href);
    } else if (challenge) {
      tell('challenge', { url: new URL(challenge, window.location.href).href });
    } else if (ORIGIN) {
      tell('redirect', { url: new URL(go, window.location.href).href });
    } else {
      window.location.assign(go);
    }
  }

  // The bank has asked; how it went, the session knows.
  async function challenged() {
    const url = new URL(window.location.href);
    url.searchParams.set('redirect_status', 'failed');
    try {
      await take(await fetch(url, { headers: { 'X-Page': 'part' }, credentials: 'omit' }), 'pay');
    } catch {
      offline();
      busy(false);
    }
  }

  function show(page, act) {
    const before = total();
    for (const region of document.querySelectorAll('[data-region]')) swap(region, page.getElementById(region.id));
    for (const row of document.querySelectorAll('.saved')) {
      if (!page.getElementById(row.querySelector('input').id)) row.remove();
    }
    if (!form.querySelector('[name="method"]:checked, [type="hidden"][name="method"]')) form.querySelector('[name="method"]')?.click();
    for (const fault of document.querySelectorAll('.fault')) {
      const text = page.getElementById(fault.id)?.textContent ?? '';
      if (act === 'pay' || text) say(fault, text);
    }
    if (total() !== before) said.textContent = strings.updated.replace('{amount}', total());
    if (act !== 'pay') return;
    if (card) card.inputs.cvc.value = '';
    document.getElementById('alert')?.focus();
  }

  function swap(region, fresh) {
    if (!fresh || fresh.innerHTML === region.innerHTML) return;
    const focused = region.contains(document.activeElement) ? document.activeElement : null;
    const fold = region.querySelector('details');
    if (fold) fresh.querySelector('details').open = fold.open;
    region.replaceChildren(...fresh.childNodes);
    if (!focused) return;
    const same = [...region.querySelectorAll('input, button, summary')].find(
      (one) => one.tagName === focused.tagName && one.id === focused.id && one.value === focused.value && !one.disabled,
    );
    const field = document.getElementById(focused.id || focused.closest('.stepper')?.querySelector('input').id);
    (same ?? field ?? region.querySelector('.promotion :is(input, button)'))?.focus();
  }

  function valid() {
    const wrong = [];
    for (const input of form.querySelectorAll('main :is(input:not([type="hidden"]), select)')) {
      if (!input.checkVisibility()) continue;
      const fault = card && input.name in card.inputs ? card.faultOf(input.name) : faultOf(input);
      if (fault) wrong.push(input);
      mark(input, fault);
    }
    wrong[0]?.focus();
    return wrong.length === 0;
  }

  function faultOf(input) {
    if (input.name === 'terms') return input.checked ? null : 'terms_needed';
    if (input.required && !input.value.trim()) return MISSING[input.name] ?? 'incomplete_field';
    return input.type === 'email' && !input.checkValidity() ? 'invalid_email' : null;
  }

  function mark(input, fault) {
    const place = document.getElementById(`${input.name}-fault`);
    if (place) say(place, fault ? strings.faults[fault] : '');
  }

  function say(place, text) {
    place.textContent = text;
    const input = document.getElementById(place.id.replace(/-fault$/, ''));
    input?.setAttribute('aria-invalid', String(Boolean(text)));
  }

  function busy(isBusy) {
    paying = isBusy;
    const button = document.getElementById('pay');
    const label = button.querySelector('span');
    button.dataset.words ??= label.textContent;
    button.toggleAttribute('aria-disabled', isBusy);
    if (isBusy) button.setAttribute('aria-disabled', 'true');
    label.textContent = isBusy ? button.dataset.working : button.dataset.words;
  }

  function offline() {
    return complain(MESSAGES[document.documentElement.lang]?.api_connection_error);
  }

  function complain(sentence) {
    const alert = document.createElement('div');
    alert.className = 'alert';
    alert.setAttribute('role', 'alert');
    alert.id = 'alert';
    alert.tabIndex = -1;
    alert.textContent = sentence;
    document.getElementById('trouble').replaceChildren(alert);
    alert.focus();
    return false;
  }

  function expected() {
    return form.elements.expected_amount?.value;
  }

  function total() {
    return document.querySelector('.fold-total')?.textContent ?? '';
  }
}
