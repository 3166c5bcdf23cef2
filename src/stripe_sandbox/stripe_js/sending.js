// What is sent once the customer has decided, from the form's frame or (for a wallet) from the page.

const SENDING = {
  confirm(key, { clientSecret, params }, data) {
    const { path, id } = intentOf(clientSecret);
    const form = { ...params, ...data, client_secret: clientSecret, use_stripe_sdk: true };
    return callApi(HOME, key, 'POST', `/v1/${path}/${id}/confirm`, form);
  },

  createPaymentMethod(key, call, data) {
    return callApi(HOME, key, 'POST', '/v1/payment_methods', data.payment_method_data);
  },

  createConfirmationToken(key, { params }, data) {
    return callApi(HOME, key, 'POST', '/v1/confirmation_tokens', { ...params, ...data });
  },

  confirmSession(key, { session, params }, data) {
    const form = { ...params, ...data, use_stripe_sdk: true };
    return callApi(HOME, key, 'POST', `/v1/payment_pages/${session}/confirm`, form);
  },
};

// Details typed into the form and details passed by the page, in one: the page's own word wins.
function withBilling(method, given = {}) {
  const typed = method.billing_details ?? {};
  const passed = given.billing_details ?? {};
  const billing = { ...typed, ...passed };
  if (typed.address || passed.address) billing.address = { ...typed.address, ...passed.address };
  return { ...given, ...method, billing_details: billing };
}
