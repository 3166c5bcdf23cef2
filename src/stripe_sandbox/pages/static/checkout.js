// The hosted page, better with a script: numbers group themselves, slips are found before sending, one click pays
// once. Without it the form is an ordinary one, and the server does all of this.

const form = document.getElementById('checkout');
const strings = JSON.parse(document.getElementById('strings').textContent);
const button = document.getElementById('pay');
const label = button.querySelector('span');
const words = label.textContent;
const card = form.elements.number ? new CardFields(form, strings.faults) : null;

form.noValidate = true;
offerCopies(document.getElementById('said'));
if (card?.inputs.number.value) card.regroup(card.inputs.number, (text) => groupNumber(digitsOf(text)));
document.getElementById('alert')?.focus({ preventScroll: true });

form.addEventListener('submit', (event) => {
  if (button.getAttribute('aria-disabled') === 'true' || !valid()) {
    event.preventDefault();
    return;
  }
  button.setAttribute('aria-disabled', 'true');
  label.textContent = button.dataset.working;
});

// Shown again by the back button, the page must be usable again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
  button.removeAttribute('aria-disabled');
  label.textContent = words;
});

function valid() {
  const wrong = [];
  for (const input of form.querySelectorAll('input:not([type="hidden"]), select')) {
    if (card && input.name in card.inputs) {
      if (card.faultOf(input.name)) wrong.push(input);
      mark(input, card.faultOf(input.name));
    } else {
      const fault = faultOf(input);
      if (fault) wrong.push(input);
      mark(input, fault);
    }
  }
  wrong[0]?.focus();
  return wrong.length === 0;
}

function faultOf(input) {
  if (input.required && !input.value.trim()) return MISSING[input.name] ?? 'incomplete_field';
  return input.type === 'email' && !input.checkValidity() ? 'invalid_email' : null;
}

const MISSING = { email: 'incomplete_email', name: 'incomplete_name' };

function mark(input, fault) {
  const said = document.getElementById(`${input.name}-fault`);
  if (!said) return;
  input.setAttribute('aria-invalid', String(Boolean(fault)));
  said.textContent = fault ? strings.faults[fault] : '';
}

form.addEventListener('input', (event) => {
  const input = event.target;
  const isCard = card && input.name in card.inputs;
  if (!isCard && input.getAttribute('aria-invalid') === 'true' && !faultOf(input)) mark(input, null);
});
