// The Address Element: where something goes, or where a card lives. What is asked depends on the country.

const HOMES = { en: 'US', de: 'DE', fr: 'FR', es: 'ES', ja: 'JP' };
const WITH_STATE = ['US', 'CA', 'AU', 'BR', 'CN', 'IN', 'JP', 'MX'];
const WITHOUT_CODE = ['AE', 'AG', 'AO', 'BS', 'BZ', 'FJ', 'GH', 'HK', 'IE', 'JM', 'KE', 'PA', 'QA', 'RW', 'UG', 'ZW'];
const PO_BOX = /\b(p\.? ?o\.?[ -]?box|post ?(office)? ?box|postfach|bo[iî]te postale|apartado)\b/i;
const FAULTS = {
  name: 'incomplete_name', firstName: 'incomplete_name', lastName: 'incomplete_name', line1: 'incomplete_address',
  city: 'incomplete_city', state: 'incomplete_state', postalCode: 'incomplete_zip', phone: 'incomplete_phone',
};
const inputs = Object.fromEntries([...form.querySelectorAll('input, select')].map((input) => [input.name, input]));
const contacts = document.getElementById('contacts');
let contact = null;

function text(name) {
  return inputs[name].value.trim();
}

function showFields() {
  const { fields = {}, display = {}, allowedCountries } = options;
  const country = text('country');
  const shows = (name, wanted) => { inputs[name].closest('.field').hidden = !wanted; };
  const named = fields.name !== 'never';
  const split = display.name === 'split';
  shows('name', named && !split);
  document.getElementById('split').hidden = !named || !split;
  shows('firstName', named && split);
  shows('lastName', named && split);
  shows('state', WITH_STATE.includes(country));
  shows('postalCode', !WITHOUT_CODE.includes(country));
  shows('phone', fields.phone === 'always');
  const label = form.querySelector('[data-field="name"] label');
  label.dataset.say = display.name === 'organization' ? 'organization' : 'full_name';
  label.textContent = say(label.dataset.say);
  for (const choice of [...inputs.country.options]) {
    if (allowedCountries?.length && !allowedCountries.includes(choice.value)) choice.remove();
  }
  inputs.phone.required = phoneNeeded();
}

function phoneNeeded() {
  const required = options.validation?.phone?.required ?? 'auto';
  return options.fields?.phone === 'always' && (required === 'always' || (required === 'auto' && options.mode === 'shipping'));
}

function asked() {
  const hidden = (name) => inputs[name].closest('.field').hidden;
  return Object.keys(FAULTS).filter((name) => !hidden(name) && (name !== 'phone' || phoneNeeded()));
}

function faultOf(name) {
  if (!text(name) || (name === 'postalCode' && text(name).length < 3)) return FAULTS[name];
  return name === 'line1' && options.blockPoBox && PO_BOX.test(text(name)) ? 'po_box' : null;
}

function state() {
  if (contact) return { complete: true, isNewAddress: false, value: ofContact(contact) };
  const hidden = (name) => inputs[name].closest('.field').hidden;
  const shown = (name) => (hidden(name) ? '' : text(name));
  const split = !document.getElementById('split').hidden;
  const value = {
    name: split ? `${text('firstName')} ${text('lastName')}`.trim() : shown('name'),
    address: {
      line1: text('line1'), line2: text('line2') || null, city: text('city'), state: shown('state'),
      postal_code: shown('postalCode'), country: text('country'),
    },
  };
  if (split) Object.assign(value, { firstName: text('firstName'), lastName: text('lastName') });
  if (!hidden('phone')) value.phone = text('phone');
  return { complete: asked().every((name) => !faultOf(name)), isNewAddress: true, value };
}

function ofContact({ name, phone, address }) {
  const value = { name, address: { ...address, line2: address.line2 ?? null } };
  return phone ? { ...value, phone } : value;
}

function told() {
  const names = Object.keys(FAULTS).filter((name) => name !== 'country');
  tellChange({ ...state(), empty: !contact && names.every((name) => !inputs[name].value) });
}

function fill({ name, firstName, lastName, phone, address = {} }) {
  const known = {
    name, firstName, lastName, phone, line1: address.line1, line2: address.line2, city: address.city,
    state: address.state, postalCode: address.postal_code,
  };
  for (const [input, value] of Object.entries(known)) if (value) inputs[input].value = value;
  inputs.country.value = address.country ?? HOMES[strings.language];
  if (!inputs.country.value) inputs.country.selectedIndex = 0;
}

// Addresses the shop knows already: one of them, or a new one.
function drawContacts() {
  const known = options.contacts ?? [];
  contacts.hidden = known.length === 0;
  contact = known[0] ?? null;
  contacts.replaceChildren(contacts.querySelector('legend'), ...[...known, null].map(contactRow));
  document.getElementById('fresh').hidden = contact !== null;
}

function contactRow(one, place) {
  const row = document.createElement('div');
  row.className = 'row';
  const radio = document.createElement('input');
  Object.assign(radio, { type: 'radio', name: 'contact', id: `contact-${place}`, checked: one === contact });
  radio.addEventListener('change', () => {
    contact = one;
    document.getElementById('fresh').hidden = contact !== null;
    told();
  });
  const label = document.createElement('label');
  label.htmlFor = radio.id;
  const title = document.createElement('span');
  title.textContent = one ? one.name : strings.labels.new_address;
  const more = document.createElement('small');
  more.textContent = one ? [one.address.line1, one.address.postal_code, one.address.city].filter(Boolean).join(', ') : '';
  label.append(title, more);
  row.append(radio, label);
  return row;
}

function check() {
  if (contact) return null;
  const wrong = asked().map((name) => [name, faultOf(name)]);
  for (const [name, fault] of wrong) markField(inputs[name], fault);
  const first = wrong.find(([, fault]) => fault);
  if (first) inputs[first[0]].focus();
  return first?.[1] ?? null;
}

converse({
  begin() {
    fill(options.defaultValues ?? {});
    for (const [name, input] of Object.entries(inputs)) {
      input.addEventListener('input', () => {
        if (name === 'country') showFields();
        if (FAULTS[name] && !faultOf(name)) markField(input, null);
        told();
      });
      if (FAULTS[name]) input.addEventListener('blur', () => { if (text(name)) markField(input, faultOf(name)); });
    }
    drawContacts();
    showFields();
    told();
  },
  dress(before) {
    if (JSON.stringify(before.contacts) !== JSON.stringify(options.contacts)) drawContacts();
    showFields();
    told();
  },
  focus: () => [...form.querySelectorAll('input, select')].find((input) => input.offsetParent)?.focus(),
  clear() {
    for (const name of Object.keys(FAULTS)) {
      inputs[name].value = '';
      markField(inputs[name], null);
    }
    inputs.line2.value = '';
    told();
  },
  calls: {
    async submit() {
      const fault = check();
      return fault ? { error: refusal('validation_error', fault, strings.faults[fault]) } : {};
    },
    value: async () => state(),
  },
});
