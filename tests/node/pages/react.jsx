// A page made with `@stripe/react-stripe-js`: a payment with Elements, or a Checkout Session of the shop's own.
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { loadStripe } from '@stripe/stripe-js';
import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import {
  CheckoutElementsProvider, PaymentElement as SessionElement, useCheckoutElements,
} from '@stripe/react-stripe-js/checkout';

const clientSecret = new URLSearchParams(location.search).get('secret');
const stripePromise = loadStripe('pk_test_page', { locale: 'en' });

function Form({ pay, children }) {
  const [said, say] = useState('');
  const submit = async (event) => {
    event.preventDefault();
    say(await pay());
  };
  return (
    <form onSubmit={submit}>
      {children}
      <button>Pay</button>
      <p id="said">{said}</p>
    </form>
  );
}

function Payment() {
  const stripe = useStripe();
  const elements = useElements();
  const [complete, setComplete] = useState(false);
  const pay = async () => {
    const { error, paymentIntent } = await stripe.confirmPayment({ elements, redirect: 'if_required' });
    return error ? error.message : paymentIntent.status;
  };
  return (
    <Form pay={pay}>
      <PaymentElement options={{ layout: 'accordion' }} onChange={(event) => setComplete(event.complete)} />
      <p id="complete">{String(complete)}</p>
    </Form>
  );
}

function Session() {
  const state = useCheckoutElements();
  if (state.type !== 'success') return <p id="said">{state.type}</p>;
  const { checkout } = state;
  const pay = async () => {
    const end = await checkout.confirm({ redirect: 'if_required' });
    return end.type === 'error' ? end.error.message : end.session.status.type;
  };
  return (
    <Form pay={pay}>
      <label>
        Email <input type="email" onBlur={(event) => checkout.updateEmail(event.target.value)} />
      </label>
      <p id="total">{checkout.total.total.amount}</p>
      <p id="who">{checkout.email}</p>
      <SessionElement />
    </Form>
  );
}

const page = clientSecret.startsWith('cs_') ? (
  <CheckoutElementsProvider stripe={stripePromise} options={{ clientSecret }}>
    <Session />
  </CheckoutElementsProvider>
) : (
  <Elements stripe={stripePromise} options={{ clientSecret }}>
    <Payment />
  </Elements>
);
createRoot(document.getElementById('root')).render(<StrictMode>{page}</StrictMode>);
