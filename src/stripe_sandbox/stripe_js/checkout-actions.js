// What a page may do with a Checkout Session once it is loaded. Every action resolves to
// `{ type: 'success', session }` or `{ type: 'error', error: { message, code } }`.

const EMAIL_SHAPE = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

function actionsOf(checkout) {
  const change = (params, code) => checkout.change(params, code);
  return {
    getSession: () => checkout.session,
    applyPromotionCode: (code) => change({ promotion_code: code }, () => 'invalidCode'),
    removePromotionCode: () => change({ promotion_code: UNSET }),
    updateEmail: (email) => updateEmail(checkout, email),
    updatePhoneNumber: (phoneNumber) => change(changesOf({ phoneNumber })),
    updateBillingAddress: (billingAddress) => change(changesOf({ billingAddress })),
    updateShippingAddress: (shippingAddress) => change(changesOf({ shippingAddress })),
    updateIndividualName: (individualName) => change(changesOf({ individualName })),
    updateBusinessName: (businessName) => change(changesOf({ businessName })),
    updateTaxIdInfo: (info) => change({
      tax_id: info ? info.taxId : UNSET, ...changesOf({ businessName: info ? info.businessName : null }),
    }, () => 'invalidTaxId'),
    updateLineItemQuantity: ({ lineItem, quantity }) => change({ line_items: { 0: { id: lineItem, quantity } } }),
    addOptionalLineItem: (price) => change({ optional_items: { 0: { price, quantity: 1 } } }),
    removeOptionalLineItem: (price) => change({ optional_items: { 0: { price, quantity: 0 } } }),
    updateShippingOption: (rate) => change({ shipping_rate: rate }),
    runServerUpdate: (act) => runServerUpdate(checkout, act),
    validateElements: () => validateElements(checkout),
    confirm: (given) => confirmCheckout(checkout, given),
  };
}

async function updateEmail(checkout, email) {
  if (email === '') return wrong('incompleteEmail', 'Your email is incomplete.');
  if (email !== null && !EMAIL_SHAPE.test(email)) return wrong('invalidEmail', 'Your email is invalid.');
  return checkout.change(changesOf({ email }));
}

function wrong(code, message) {
  return { type: 'error', error: { message, code } };
}

async function runServerUpdate(checkout, act) {
  require(typeof act === 'function', 'runServerUpdate() needs a function that asks your server.');
  try {
    await act();
  } catch (error) {
    return wrong(null, String(error?.message ?? error));
  }
  return checkout.reload();
}

async function validateElements(checkout) {
  const made = [...checkout.elements._made].filter(([, element]) => element._frame && element._type !== 'expressCheckout');
  if (!made.length) return { type: 'error', error: { code: 'no_elements', message: 'No Elements are mounted.', validation_errors: [] } };
  const faults = [];
  for (const [name, element] of made) {
    const { error } = await element._frame.call('submit');
    if (error) faults.push({ message: error.message, element: ELEMENT_NAMES[name] ?? name });
  }
  if (!faults.length) return { type: 'success', session: checkout.session };
  return { type: 'error', error: { code: 'validation_error', message: faults[0].message, validation_errors: faults } };
}

const ELEMENT_NAMES = {
  'address billing': 'billingAddress', 'address shipping': 'shippingAddress', linkAuthentication: 'contactDetails',
};

// Pay. `redirect: 'always'` (the default) leaves for the return URL; `if_required` stays where it can.
function confirmCheckout(checkout, given = {}) {
  const { redirect = 'always', returnUrl, paymentMethod, savePaymentMethod } = given;
  require(['always', 'if_required'].includes(redirect), "`redirect` must be 'always' or 'if_required'.");
  if (returnUrl !== undefined) checkReturnUrl(returnUrl);
  const { email, phoneNumber, billingAddress, shippingAddress } = given;
  const params = {
    client_secret: checkout.secret, expected_amount: checkout.page.amount_total, return_url: returnUrl,
    save_payment_method: savePaymentMethod, ...changesOf({ email, phoneNumber, billingAddress, shippingAddress }),
  };
  return once(checkout.secret, async () => {
    const answer = paymentMethod
      ? await SENDING.confirmSession(checkout.stripe._key, { session: checkout.id, params }, { payment_method: paymentMethod })
      : await checkout.elements._ask('confirmSession', { session: checkout.id, params: plain(params) });
    const end = await followSession(checkout, answer);
    const goal = returnUrl ?? checkout.page.return_url;
    if (end.type === 'success' && redirect === 'always' && goal) return leave(goal);
    return end;
  }).then((end) => (end.type ? end : wrong(null, end.error.message)));
}

async function followSession(checkout, { value, error }) {
  if (error) {
    await checkout.reload();
    return failed(checkout, error);
  }
  checkout.take(value);
  const intent = value.payment_intent ?? value.setup_intent;
  if (value.status !== 'open' || intent?.status !== 'requires_action') return { type: 'success', session: checkout.session };
  const action = intent.next_action;
  if (action?.type === 'redirect_to_url') return leave(action.redirect_to_url.url);
  await runChallenge(action.use_stripe_sdk.stripe_js, checkout.locale);
  const after = await checkout.reload();
  if (after.type === 'error' || after.session.status.type === 'complete') return after;
  const now = checkout.page.payment_intent ?? checkout.page.setup_intent;
  const unfinished = refusal('invalid_request_error', INTENTS.pi.unfinished, 'The authentication was not finished.');
  return failed(checkout, now?.last_payment_error ?? now?.last_setup_error ?? unfinished);
}

function failed(checkout, error) {
  const { message, decline_code: declineCode = null } = inLanguage(error, checkout.locale);
  const byBank = error.type === 'card_error' || error.code?.endsWith('_authentication_failure');
  if (!byBank) return wrong(null, message);
  return { type: 'error', error: { message, code: 'paymentFailed', paymentFailed: { declineCode } } };
}
