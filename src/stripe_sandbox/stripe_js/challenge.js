// The bank's 3-D Secure challenge in a modal dialog. `showModal` keeps the focus inside and gives it back
// afterwards; Escape is a "no" to the challenge, and is told to the bank as one.

// Resolves when the challenge is over, however it ended; ask the API for the outcome.
function runChallenge(address, locale) {
  const url = new URL(address);
  url.searchParams.set('locale', languageOf(locale));
  url.searchParams.set('origin', window.location.origin);
  const dialog = document.createElement('dialog');
  const frame = document.createElement('iframe');
  dress(dialog, frame);
  frame.name = '__privateStripeFrameChallenge';
  frame.title = '3D Secure authentication';
  frame.src = url.href;
  dialog.append(frame);
  document.body.append(dialog);
  const scrolling = document.documentElement.style.overflow;
  document.documentElement.style.overflow = 'hidden';
  dialog.showModal();
  frame.focus();
  return new Promise((resolve) => {
    let over = false;
    const finish = () => {
      if (over) return;
      over = true;
      window.removeEventListener('message', listen);
      document.documentElement.style.overflow = scrolling;
      if (dialog.open) dialog.close();
      dialog.remove();
      resolve();
    };
    const listen = (event) => {
      if (event.origin !== url.origin || event.source !== frame.contentWindow) return;
      if (event.data?.sandbox === 'challenge' && event.data.type === 'done') finish();
    };
    const refuse = async () => {
      if (!over) await failChallenge(url);
      finish();
    };
    window.addEventListener('message', listen);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      refuse();
    });
    dialog.addEventListener('close', refuse);
  });
}

async function failChallenge(url) {
  const body = new URLSearchParams({ outcome: 'fail' });
  try {
    await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'omit', body });
  } catch {
    // The page then finds the payment still waiting for the challenge, and says so.
  }
}

function dress(dialog, frame) {
  Object.assign(dialog.style, {
    position: 'fixed', inset: '0', width: '100vw', height: '100vh', maxWidth: '100vw', maxHeight: '100vh',
    margin: '0', padding: '0', border: '0', overflow: 'hidden', display: 'grid', placeItems: 'center',
    background: 'rgba(12, 18, 28, 0.62)',
  });
  Object.assign(frame.style, {
    width: 'min(100%, 440px)', height: 'min(100%, 600px)', border: '0', borderRadius: '14px', background: '#fff',
    boxShadow: '0 24px 64px rgba(0, 0, 0, 0.35)', colorScheme: 'light',
  });
  if (window.innerWidth < 480) Object.assign(frame.style, { width: '100%', height: '100%', borderRadius: '0' });
}
