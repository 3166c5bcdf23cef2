// A page that gets Stripe.js the way `@stripe/stripe-js` gets it, and pays.
import { loadStripe } from '@stripe/stripe-js';

const clientSecret = new URLSearchParams(location.search).get('secret');
const said = document.getElementById('said');
const stripe = await loadStripe('pk_test_page', { locale: 'en' });
const elements = stripe.elements({ clientSecret });
elements.create('payment').mount('#card');

document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { error, paymentIntent } = await stripe.confirmPayment({ elements, redirect: 'if_required' });
  said.textContent = error ? error.message : paymentIntent.status;
});
