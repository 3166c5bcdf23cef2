// The two kinds of intent, told apart by their client secrets.

const INTENTS = {
  pi: {
    name: 'PaymentIntent', path: 'payment_intents', result: 'paymentIntent', field: 'payment_intent',
    error: 'last_payment_error', done: ['succeeded', 'processing', 'requires_capture'],
    unfinished: 'payment_intent_authentication_failure',
  },
  seti: {
    name: 'SetupIntent', path: 'setup_intents', result: 'setupIntent', field: 'setup_intent',
    error: 'last_setup_error', done: ['succeeded', 'processing'], unfinished: 'setup_intent_authentication_failure',
  },
};

// The intent a client secret belongs to: its id and what is known of its kind.
function intentOf(clientSecret, kind = null) {
  const found = /^((pi|seti)_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret);
  const wanted = kind ? `a ${INTENTS[kind].name}` : 'a PaymentIntent or SetupIntent';
  const looks = kind ? `\`${kind}_…_secret_…\`` : '`pi_…_secret_…` or `seti_…_secret_…`';
  require(
    found && (!kind || found[2] === kind),
    `The client secret is not that of ${wanted}. It looks like ${looks} and comes from your server.`,
  );
  return { id: found[1], ...INTENTS[found[2]] };
}

function kindOf(intent) {
  return INTENTS[intent.object === 'setup_intent' ? 'seti' : 'pi'];
}
