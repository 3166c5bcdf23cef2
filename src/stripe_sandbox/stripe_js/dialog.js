// A modal dialog that holds one frame of the sandbox. `showModal` keeps the focus inside and gives it back
// afterwards.

// `hear(message)` gets what the frame says; `refuse()` is called when the customer presses Escape or the
// dialog is closed from outside. `close()` takes it away; closing twice is harmless.
function openDialog({ url, name, title, speaks, hear, refuse, colorScheme = 'light' }) {
  const dialog = document.createElement('dialog');
  const frame = document.createElement('iframe');
  dress(dialog, frame, colorScheme);
  frame.name = name;
  frame.title = title;
  frame.src = url.href;
  dialog.setAttribute('aria-label', title);
  dialog.append(frame);
  document.body.append(dialog);
  const focused = document.activeElement;
  const scrolling = document.documentElement.style.overflow;
  document.documentElement.style.overflow = 'hidden';
  dialog.showModal();
  frame.focus();
  let over = false;
  const listen = (event) => {
    if (event.origin !== url.origin || event.source !== frame.contentWindow) return;
    if (event.data?.sandbox === speaks) hear(event.data);
  };
  const close = () => {
    if (over) return;
    over = true;
    window.removeEventListener('message', listen);
    document.documentElement.style.overflow = scrolling;
    if (dialog.open) dialog.close();
    dialog.remove();
    if (document.activeElement !== focused) focused?.focus?.(); // the browser forgets it when that was a frame
  };
  window.addEventListener('message', listen);
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    if (!over) refuse();
  });
  dialog.addEventListener('close', () => { if (!over) refuse(); });
  const post = (message) => frame.contentWindow?.postMessage({ sandbox: speaks, ...message }, url.origin);
  return { close, post };
}

function dress(dialog, frame, colorScheme) {
  Object.assign(dialog.style, {
    position: 'fixed', inset: '0', width: '100vw', height: '100vh', maxWidth: '100vw', maxHeight: '100vh',
    margin: '0', padding: '0', border: '0', overflow: 'hidden', display: 'grid', placeItems: 'center',
    background: 'rgba(12, 18, 28, 0.62)',
  });
  Object.assign(frame.style, {
    width: 'min(100%, 440px)', height: 'min(100%, 600px)', border: '0', borderRadius: '14px', background: '#fff',
    boxShadow: '0 24px 64px rgba(0, 0, 0, 0.35)', colorScheme,
  });
  if (window.innerWidth < 480) Object.assign(frame.style, { width: '100%', height: '100%', borderRadius: '0' });
}
