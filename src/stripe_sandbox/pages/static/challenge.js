// The challenge inside Stripe.js's dialog: answers without leaving the frame (a frame's own history would break
// the back button) and tells the page that opened it. Escape is "fail".

const partner = document.body.dataset.origin;
const form = document.getElementById('challenge');
const working = document.getElementById('working');
let answered = false;

function done() {
  if (partner && window.parent !== window) window.parent.postMessage({ sandbox: 'challenge', type: 'done' }, partner);
}

async function answer(outcome) {
  if (answered) return;
  answered = true;
  for (const button of form.elements) button.disabled = true;
  working.textContent = working.dataset.text;
  try {
    await fetch(form.action, { method: 'POST', body: new URLSearchParams({ outcome }), credentials: 'omit' });
    done();
  } catch {
    answered = false;
    for (const button of form.elements) button.disabled = false;
    working.textContent = '';
  }
}

if (document.body.dataset.over) done();

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  answer(event.submitter?.value ?? 'fail');
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && form) answer('fail');
});

form?.elements[0].focus();
