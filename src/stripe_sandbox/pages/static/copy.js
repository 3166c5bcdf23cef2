// Copy buttons appear only where there is a script to serve them.

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  document.execCommand('copy'); // deprecated, and the only way on a plain http address
  area.remove();
  return undefined;
}

function offerCopies(status) {
  for (const button of document.querySelectorAll('[data-copy]')) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      await copyText(button.dataset.copy);
      button.textContent = button.dataset.done;
      status.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 1600);
    });
  }
}
