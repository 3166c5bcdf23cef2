// Card inputs that help: grouping, brand, checks while leaving a field. Used by the Element and the hosted page.

const BRANDS = [
  { name: 'amex', test: /^3[47]/, groups: [4, 6, 5], lengths: [15], cvc: 4 },
  { name: 'diners', test: /^3(0[0-5]|[689])/, groups: [4, 6, 4], lengths: [14, 16] },
  { name: 'jcb', test: /^35/, lengths: [16] },
  { name: 'visa', test: /^4/, lengths: [16] },
  { name: 'mastercard', test: /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, lengths: [16] },
  { name: 'discover', test: /^6(011|4[4-9]|5)/, lengths: [16] },
  { name: 'unionpay', test: /^62/, lengths: [16, 17, 18, 19] },
];
const UNKNOWN = { name: 'unknown', lengths: [16], longest: 4 };

function brandOf(number) {
  return BRANDS.find((brand) => brand.test.test(number)) ?? UNKNOWN;
}

function digitsOf(text) {
  return text.normalize('NFKC').replace(/\D/g, '');
}

function groupNumber(digits) {
  const brand = brandOf(digits);
  const most = Math.max(...brand.lengths);
  const groups = brand.groups ?? [4, 4, 4, 4, 3];
  const parts = [];
  let rest = digits.slice(0, most);
  for (const size of groups) {
    if (!rest) break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...parts, rest].filter(Boolean).join(' ');
}

function passesLuhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

// "1230", "12/30", "12 / 2030" and autofill's "2030-12" all mean December 2030.
function readExpiry(text) {
  const turned = /^(\d{4})-(\d{2})$/.exec(text.trim());
  const digits = turned ? `${turned[2]}${turned[1].slice(2)}` : digitsOf(text);
  const month = digits.slice(0, 2);
  const year = digits.length > 4 ? digits.slice(4, 6) : digits.slice(2);
  return { month, year };
}

function groupExpiry(text, deleting) {
  let { month, year } = readExpiry(text);
  if (month.length === 1 && (month > '1' || /^\d\s*\//.test(text))) month = `0${month}`;
  if (deleting && !year) return month;
  return month.length === 2 ? `${month} / ${year}` : month;
}

// Each check answers the name of its fault, or null.
const CHECKS = {
  number(text) {
    const digits = digitsOf(text);
    const { lengths } = brandOf(digits);
    if (digits.length < Math.min(...lengths)) return 'incomplete_number';
    return lengths.includes(digits.length) && passesLuhn(digits) ? null : 'invalid_number';
  },
  expiry(text) {
    const { month, year } = readExpiry(text);
    if (month.length === 2 && !(Number(month) >= 1 && Number(month) <= 12)) return 'invalid_expiry_month';
    if (month.length < 2 || year.length < 2) return 'incomplete_expiry';
    const now = new Date();
    const full = 2000 + Number(year);
    if (full < now.getFullYear()) return 'invalid_expiry_year_past';
    if (full === now.getFullYear() && Number(month) < now.getMonth() + 1) return 'invalid_expiry_year_past';
    return full > now.getFullYear() + 50 ? 'invalid_expiry_year' : null;
  },
  cvc(text, number) {
    const brand = brandOf(digitsOf(number));
    const wanted = brand.cvc ?? 3;
    return digitsOf(text).length >= wanted ? null : 'incomplete_cvc';
  },
};

// Bind the card inputs of `form`. `say` are the sentences for the faults; `changed` hears every change.
class CardFields {
  constructor(form, say, changed = () => {}) {
    this.form = form;
    this.say = say;
    this.changed = changed;
    this.inputs = { number: form.elements.number, expiry: form.elements.expiry, cvc: form.elements.cvc };
    this.inputs.number.addEventListener('input', () => {
      this.regroup(this.inputs.number, (text) => groupNumber(digitsOf(text)));
    });
    this.inputs.expiry.addEventListener('input', (event) => {
      const deleting = event.inputType?.startsWith('delete');
      this.regroup(this.inputs.expiry, (text) => groupExpiry(text, deleting));
    });
    this.inputs.cvc.addEventListener('input', () => {
      const brand = brandOf(digitsOf(this.inputs.number.value));
      const most = brand.cvc ?? brand.longest ?? 3;
      this.regroup(this.inputs.cvc, (text) => digitsOf(text).slice(0, most));
    });
    for (const [name, input] of Object.entries(this.inputs)) {
      input.addEventListener('input', () => this.edited(name));
      input.addEventListener('blur', () => this.left(name));
    }
    this.showBrand();
  }

  // Rewrite the text and keep the caret behind the same digit.
  regroup(input, group) {
    const before = input.value;
    const caret = input.selectionStart ?? before.length;
    const atEnd = caret >= before.length;
    const digitsBefore = digitsOf(before.slice(0, caret)).length;
    const after = group(before);
    if (after === before) return;
    input.value = after;
    if (document.activeElement !== input) return;
    let place = atEnd ? after.length : 0;
    for (let seen = 0; !atEnd && place < after.length && seen < digitsBefore; place += 1) {
      if (/\d/.test(after[place])) seen += 1;
    }
    input.setSelectionRange(place, place);
  }

  edited(name) {
    if (name === 'number') this.showBrand();
    if (this.inputs[name].getAttribute('aria-invalid') === 'true' && !this.faultOf(name)) this.mark(name, null);
    this.changed();
  }

  // On leaving a field only what is wrong is said, not what is still empty.
  left(name) {
    if (this.inputs[name].value.trim()) this.mark(name, this.faultOf(name));
  }

  faultOf(name) {
    return CHECKS[name](this.inputs[name].value, this.inputs.number.value);
  }

  mark(name, fault, sentence = fault && this.say[fault]) {
    const input = this.inputs[name] ?? this.form.elements[name];
    input.setAttribute('aria-invalid', String(Boolean(fault)));
    const said = document.getElementById(`${name}-fault`);
    said.textContent = fault ? sentence : '';
    said.dataset.code = fault ?? '';
    this.changed();
  }

  // Mark everything that is wrong, go to the first such field; answers the first fault or null.
  check() {
    let first = null;
    for (const name of Object.keys(this.inputs)) {
      const fault = this.faultOf(name);
      this.mark(name, fault);
      if (fault && !first) first = { name, fault };
    }
    if (first) this.inputs[first.name].focus();
    return first && first.fault;
  }

  showBrand() {
    const brand = brandOf(digitsOf(this.inputs.number.value)).name;
    const box = this.form.querySelector('[data-marks]');
    const shown = [...box.children].map((mark) => mark.dataset.brand);
    const few = box.dataset.marks === 'one' || brand !== 'unknown';
    const wanted = few ? [brand] : ['visa', 'mastercard', 'amex', 'discover'];
    if (shown.join() === wanted.join()) return;
    box.replaceChildren(...wanted.map(drawMark));
  }

  get empty() {
    return Object.values(this.inputs).every((input) => input.value === '');
  }

  get complete() {
    return Object.keys(this.inputs).every((name) => !this.faultOf(name));
  }

  get brand() {
    return brandOf(digitsOf(this.inputs.number.value)).name;
  }

  get card() {
    const { month, year } = readExpiry(this.inputs.expiry.value);
    return {
      number: digitsOf(this.inputs.number.value), exp_month: Number(month), exp_year: 2000 + Number(year),
      cvc: digitsOf(this.inputs.cvc.value),
    };
  }

  clear() {
    for (const [name, input] of Object.entries(this.inputs)) {
      input.value = '';
      this.mark(name, null);
    }
    this.showBrand();
  }
}

function drawMark(brand) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('width', '34');
  svg.setAttribute('height', '22');
  svg.dataset.brand = brand;
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#mark-${brand}`);
  svg.append(use);
  return svg;
}
