// The card Elements of old: bare inputs in one line, or one input per frame. The page draws the box around them, and
// is told what is wrong. A card in three frames is put together by the number's frame: all three have one origin.

const part = document.body.dataset.part;
const fields = new CardFields(form, strings.faults, told);
const SHOWN = part ? [part] : ['number', 'expiry', 'cvc'];
const code = form.elements.postalCode;
const INPUTS = [...Object.values(fields.inputs), code];
window.cardPart = () => fields.card;

function asksCode() {
  return !part && !options.hidePostalCode;
}

function firstFault() {
  const wrong = SHOWN.map((name) => fields.faultOf(name)).find(Boolean);
  return wrong ?? (asksCode() && code.value.trim().length < 3 ? 'incomplete_zip' : null);
}

// What stands in the fields and cannot become right any more.
function shownFault() {
  const name = SHOWN.find((one) => fields.inputs[one].getAttribute('aria-invalid') === 'true');
  return name ? fields.faultOf(name) : null;
}

function told() {
  if (!options) return;
  const fault = shownFault();
  const detail = {
    empty: SHOWN.every((name) => !fields.inputs[name].value), complete: !firstFault(),
    error: fault ? refusal('validation_error', fault, strings.faults[fault]) : undefined,
  };
  if (!part) detail.value = { postalCode: code.value.trim() };
  if (!part || part === 'number') detail.brand = fields.brand;
  tellChange(detail);
}

function dress() {
  wearStyle(options.style ?? {});
  code.closest('.field').hidden = !asksCode();
  form.querySelector('[data-marks]').hidden = Boolean(options.hideIcon || options.showIcon === false || (part && part !== 'number'));
  for (const input of INPUTS) input.disabled = Boolean(options.disabled);
  if (part && options.placeholder !== undefined) fields.inputs[part].placeholder = options.placeholder;
  if (options.value?.postalCode && !code.value) code.value = options.value.postalCode;
  told();
}

// The style object of these Elements: CSS properties per state, and pseudo-classes within.
function wearStyle(style) {
  const rules = {};
  for (const [state, suffix] of Object.entries({ base: '.Input', invalid: '.Input--invalid' })) {
    for (const [name, value] of Object.entries(style[state] ?? {})) {
      const inner = typeof value === 'object';
      const selector = inner ? `${suffix}${name}` : suffix;
      rules[selector] = { ...rules[selector], ...(inner ? value : { [name]: value }) };
    }
  }
  wear({ ...options, rules });
}

function sibling(name, siblings) {
  const frame = window.parent.frames[siblings[{ expiry: 'cardExpiry', cvc: 'cardCvc' }[name]]];
  return frame?.cardPart?.() ?? {};
}

async function send(call, given) {
  if (!given.siblings?.cardNumber || !part) {
    const wrong = firstFault();
    if (wrong) {
      fields.check();
      return { error: refusal('validation_error', wrong, strings.faults[wrong]) };
    }
  }
  const { exp_month: month, exp_year: year } = part ? sibling('expiry', given.siblings) : fields.card;
  const { cvc } = part ? sibling('cvc', given.siblings) : fields.card;
  const wrong = part && incomplete(month, cvc);
  if (wrong) return { error: refusal('validation_error', wrong, strings.faults[wrong]) };
  const { payment_method_data: more, ...params } = given.params;
  const card = { number: fields.card.number, exp_month: month, exp_year: year, cvc };
  const billing = asksCode() ? { address: { postal_code: code.value.trim() } } : {};
  const method = withBilling({ type: 'card', card, billing_details: billing }, more);
  return SENDING[call](options.key, { ...given, params }, { payment_method_data: method });
}

function incomplete(month, cvc) {
  if (fields.faultOf('number')) return fields.faultOf('number');
  if (!month) return 'incomplete_expiry';
  return cvc ? null : 'incomplete_cvc';
}

converse({
  begin() {
    code.addEventListener('input', told);
    dress();
  },
  dress,
  focus: () => fields.inputs[SHOWN[0]].focus(),
  clear() {
    fields.clear();
    code.value = '';
    told();
  },
  calls: {
    async submit() {
      const wrong = firstFault();
      return wrong ? { error: refusal('validation_error', wrong, strings.faults[wrong]) } : { selectedPaymentMethod: 'card' };
    },
    confirm: (call) => send('confirm', call),
    createPaymentMethod: (call) => send('createPaymentMethod', call),
    createConfirmationToken: (call) => send('createConfirmationToken', call),
  },
});
