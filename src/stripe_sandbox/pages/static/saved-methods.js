// The customer's saved methods above the form: choose one, take one away, or pay with something new.

class SavedMethods {
  constructor(box, changed) {
    this.box = box;
    this.changed = changed;
    this.methods = [];
    this.features = {};
    this.chosen = null;
  }

  // Read what the CustomerSession lets the page see, and keep what suits this payment.
  async load(types) {
    if (!options.customerSession) return;
    const found = await callApi(HOME, options.key, 'GET', '/v1/elements/customer_session', {
      client_secret: options.customerSession,
    });
    if (found.error) tell('loaderror', { error: found.error });
    else this.take(found.value, types);
  }

  take({ features, payment_methods: methods }, types) {
    this.features = features;
    this.methods = methods.filter((method) => types.includes(method.type));
    if (!this.methods.includes(this.chosen)) this.chosen = this.methods[0] ?? null;
    this.draw();
  }

  get offersToSave() {
    return this.features.payment_method_save === 'enabled';
  }

  choose(method) {
    this.chosen = method;
    this.reveal();
    this.changed();
  }

  draw() {
    const rows = this.methods.map((method) => this.row(method));
    this.box.replaceChildren(this.box.querySelector('legend'), ...rows, this.newRow());
    this.box.hidden = this.methods.length === 0;
    this.reveal();
  }

  reveal() {
    document.getElementById('fresh').hidden = this.chosen !== null;
  }

  row(method) {
    const row = this.choice(method, titleOf(method), method.card ? expiryOf(method.card) : '');
    row.querySelector('label').prepend(drawMark(method.card?.brand ?? method.type));
    if (this.features.payment_method_remove === 'enabled') row.append(this.remover(method));
    return row;
  }

  newRow() {
    return this.choice(null, strings.labels.new_method, '');
  }

  choice(method, title, more) {
    const row = document.createElement('div');
    row.className = 'row';
    const id = `saved-${method?.id ?? 'new'}`;
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name: 'saved', id, value: method?.id ?? '', disabled: options.readOnly });
    radio.checked = this.chosen === method;
    radio.addEventListener('change', () => this.choose(method));
    const label = document.createElement('label');
    label.htmlFor = id;
    const name = document.createElement('span');
    name.textContent = title;
    const small = document.createElement('small');
    small.textContent = more;
    label.append(name, small);
    row.append(radio, label);
    return row;
  }

  // Taking a card away is asked twice, on the same button.
  remover(method) {
    const button = document.createElement('button');
    button.type = 'button';
    const ask = (sure) => {
      button.classList.toggle('sure', sure);
      button.textContent = strings.labels[sure ? 'remove_sure' : 'remove'];
      button.setAttribute('aria-label', `${button.textContent} ${titleOf(method)}`);
    };
    ask(false);
    button.addEventListener('blur', () => ask(false));
    button.addEventListener('click', () => {
      if (button.classList.contains('sure')) this.remove(method, button);
      else ask(true);
    });
    return button;
  }

  async remove(method, button) {
    button.disabled = true;
    const gone = await callApi(HOME, options.key, 'POST', '/v1/elements/customer_session/detach', {
      client_secret: options.customerSession, payment_method: method.id,
    });
    const detail = { success: !gone.error, payment_method: shownMethod(method) };
    if (gone.error) detail.error = gone.error.message;
    button.disabled = false;
    if (!gone.error) {
      this.methods = this.methods.filter((one) => one !== method);
      if (this.chosen === method) this.chosen = this.methods[0] ?? null;
      this.draw();
      (this.box.hidden ? form.querySelector('input:not([disabled])') : this.box.querySelector('input:checked'))?.focus();
      this.changed();
    }
    tell('savedpaymentmethodremove', { detail });
  }
}

function titleOf(method) {
  const last4 = method.card?.last4 ?? method.sepa_debit?.last4 ?? method.us_bank_account?.last4;
  return last4 ? `•••• ${last4}` : method.link?.email ?? strings.labels[method.type] ?? strings.names[method.type];
}

function expiryOf({ exp_month: month, exp_year: year }) {
  return `${String(month).padStart(2, '0')} / ${String(year).slice(-2)}`;
}

// A saved method as the page may know it.
function shownMethod({ id, type, billing_details: billing }) {
  return { id, type, billing_details: billing };
}
