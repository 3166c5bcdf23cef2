// Keeps a page of the dashboard up to date: asks whether anything happened, and if so fetches the page again and
// replaces the parts that differ. What somebody is just filling in or reading with the keyboard is left alone.

const EVERY = 1500;
const said = document.getElementById('said');

function isInUse(part) {
  const focused = document.activeElement;
  if (focused && part.contains(focused) && focused.matches('input, select, textarea, button')) return true;
  const selected = window.getSelection();
  return Boolean(selected && !selected.isCollapsed && part.contains(selected.anchorNode));
}

function replaceWith(fresh) {
  for (const part of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(part.id);
    if (now && now.outerHTML !== part.outerHTML && !isInUse(part)) {
      const link = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
      part.replaceWith(document.adoptNode(now));
      if (link) document.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
    }
  }
  document.querySelector('.now').replaceWith(fresh.querySelector('.now'));
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch('/_sandbox/changes');
  if (!answer.ok) return;
  const { seen } = await answer.json();
  if (seen === document.body.dataset.seen) return;
  const page = await fetch(window.location.href);
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  document.body.dataset.seen = fresh.body.dataset.seen;
  replaceWith(fresh);
}

function keepLooking() {
  // A sandbox that is just starting again is asked again.
  look().catch(() => undefined).finally(() => setTimeout(keepLooking, EVERY));
}

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches('input, select, textarea')) return;
  event.preventDefault();
  document.querySelector('[type=search]').focus();
});

// On a telephone the places to go are one long line: the present one is brought into it.
const here = document.querySelector('nav [aria-current]');
const places = here?.closest('nav');
if (places) places.scrollLeft = here.offsetLeft - places.offsetLeft - (places.clientWidth - here.offsetWidth) / 2;

offerCopies(said);
if (document.querySelector('[data-live]')) setTimeout(keepLooking, EVERY);
