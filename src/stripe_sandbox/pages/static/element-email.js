// The Link Authentication Element: the customer's e-mail. Link itself is not modelled, so nothing is looked up.

const email = form.elements.email;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

function faultOf() {
  const text = email.value.trim();
  if (!text) return 'incomplete_email';
  return EMAIL.test(text) ? null : 'invalid_email';
}

function told() {
  tellChange({ empty: !email.value, complete: !faultOf(), value: { email: email.value.trim() } });
}

converse({
  begin() {
    email.value = options.defaultValues?.email ?? '';
    email.addEventListener('input', () => {
      if (!faultOf()) markField(email, null);
      told();
    });
    email.addEventListener('blur', () => { if (email.value.trim()) markField(email, faultOf()); });
    told();
  },
  dress() {},
  focus: () => email.focus(),
  clear() {
    email.value = '';
    markField(email, null);
    told();
  },
  calls: {
    async submit() {
      const fault = faultOf();
      markField(email, fault);
      if (fault) email.focus();
      return fault ? { error: refusal('validation_error', fault, strings.faults[fault]) } : {};
    },
    value: async () => ({ complete: !faultOf(), value: { email: email.value.trim() } }),
  },
});
