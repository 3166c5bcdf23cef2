// The methods that are no card: what is asked for, when it is right, and what is sent.

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;
const BANK_CHECKS = {
  name: (text) => (text ? null : 'incomplete_name'),
  email: (text) => (!text ? 'incomplete_email' : EMAIL.test(text) ? null : 'invalid_email'),
  iban(text) {
    const plain = ibanOf(text);
    if (plain.length < 15) return 'incomplete_iban';
    const turned = (plain.slice(4) + plain.slice(0, 4)).replace(/[A-Z]/g, (letter) => letter.charCodeAt(0) - 55);
    if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return 'invalid_iban';
    return [...turned].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1 ? null : 'invalid_iban';
  },
  routing(text) {
    if (text.length < 9) return 'invalid_routing_number';
    const sum = [...text].reduce((total, digit, place) => total + Number(digit) * [3, 7, 1][place % 3], 0);
    return /^\d{9}$/.test(text) && sum % 10 === 0 ? null : 'invalid_routing_number';
  },
  account: (text) => (text.length < 4 ? 'incomplete_account' : /^\d+$/.test(text) ? null : 'digits_only'),
};
// Which inputs a method has, and which check is theirs.
const ASKED = {
  link: { link_email: 'email' },
  klarna: { klarna_email: 'email' },
  sepa_debit: { sepa_debit_name: 'name', sepa_debit_email: 'email', iban: 'iban' },
  us_bank_account: {
    us_bank_account_name: 'name', us_bank_account_email: 'email', routing: 'routing', account: 'account',
  },
};

function ibanOf(text) {
  return text.normalize('NFKC').replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

class BankFields {
  constructor(changed) {
    this.changed = changed;
    for (const asked of Object.values(ASKED)) for (const name of Object.keys(asked)) this.bind(name, asked[name]);
    for (const button of form.querySelectorAll('[data-fill]')) button.addEventListener('click', () => this.fill(button));
    form.elements.klarna_country.addEventListener('change', changed);
  }

  bind(name, kind) {
    const input = form.elements[name];
    input.addEventListener('input', () => {
      if (kind === 'iban') input.value = ibanOf(input.value).replace(/(.{4})(?=.)/g, '$1 ');
      if (kind === 'routing' || kind === 'account') input.value = input.value.replace(/\D/g, '');
      if (input.getAttribute('aria-invalid') === 'true' && !this.faultOf(name, kind)) markField(input, null);
      this.changed();
    });
    input.addEventListener('blur', () => {
      if (input.value.trim()) markField(input, this.faultOf(name, kind));
    });
  }

  fill(button) {
    const { fill, value, also, alsoValue } = button.dataset;
    form.elements[fill].value = value;
    if (also) form.elements[also].value = alsoValue;
    for (const name of [fill, also]) if (name) markField(form.elements[name], null);
    form.elements[fill].focus();
    this.changed();
  }

  // Name and e-mail the page knows are there already, and those it keeps to itself are not asked.
  prepare({ name = '', email = '', address = {} }, asks) {
    for (const [kind, asked] of Object.entries(ASKED)) {
      for (const [id, what] of Object.entries(asked)) {
        const input = form.elements[id];
        const known = { name, email }[what] ?? '';
        if (!input.value && known) input.value = known;
        input.closest('.field').hidden = asks[what] === 'never';
      }
      const person = document.querySelector(`#panel-${kind} .person`);
      if (person) person.hidden = [...person.children].every((one) => one.hidden);
    }
    if (address.country) form.elements.klarna_country.value = address.country;
  }

  faultOf(name, kind) {
    return BANK_CHECKS[kind](form.elements[name].value.trim());
  }

  asked(kind) {
    return Object.entries(ASKED[kind] ?? {}).filter(([name]) => !form.elements[name].closest('.field').hidden);
  }

  // Mark what is wrong, go to the first such field; answers the first fault or null.
  check(kind) {
    const wrong = this.asked(kind).map(([name, what]) => [name, this.faultOf(name, what)]);
    for (const [name, fault] of wrong) markField(form.elements[name], fault);
    const first = wrong.find(([, fault]) => fault);
    if (first) form.elements[first[0]].focus();
    return first?.[1] ?? null;
  }

  isEmpty(kind) {
    return this.asked(kind).every(([name]) => !form.elements[name].value);
  }

  isComplete(kind) {
    return this.asked(kind).every(([name, what]) => !this.faultOf(name, what));
  }

  // The method as the API takes it.
  data(kind, billing) {
    const value = (name) => form.elements[name]?.value.trim() || undefined;
    const details = { ...billing };
    for (const [name, what] of this.asked(kind)) if (['name', 'email'].includes(what)) details[what] = value(name);
    if (kind === 'klarna') details.address = { ...details.address, country: value('klarna_country') };
    const data = { type: kind, billing_details: details };
    if (kind === 'sepa_debit') data.sepa_debit = { iban: ibanOf(value('iban') ?? '') };
    if (kind === 'us_bank_account') {
      data.us_bank_account = {
        account_holder_type: 'individual', account_type: 'checking', routing_number: value('routing'),
        account_number: value('account'),
      };
    }
    return data;
  }

  clear() {
    for (const asked of Object.values(ASKED)) {
      for (const name of Object.keys(asked)) {
        form.elements[name].value = '';
        markField(form.elements[name], null);
      }
    }
  }
}
