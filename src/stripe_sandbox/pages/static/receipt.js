// Printing is the browser's business; without a script its own menu does it.
const print = document.getElementById('print');
print.hidden = false;
print.addEventListener('click', () => window.print());
