// The bag comes to the page instead of the page going to the bag. The link leads there without this, and when one
// wants a tab of its own.
const drawer = document.querySelector("#drawer");
// Pages that show the bag, or what was made of it, themselves.
const ALREADY = `main [data-bag], main form[action^='${AT}/checkout'], main kassa-payment`;

// With what is in it, if that comes before anybody would notice that it does not.
async function openBag() {
  const coming = fetchedBag();
  await Promise.race([coming, new Promise((done) => setTimeout(done, 200))]);
  if (!drawer.open) {
    document.querySelector("[data-toasts]:not(dialog *)").replaceChildren();
    drawer.showModal();
    drawer.querySelector("h2").focus();
  }
  const page = await coming;
  if (!page) return location.assign(`${AT}/cart`);
  if (!drawer.open) return;
  drawer.querySelector("[data-bag]").replaceChildren(page.querySelector("#bag-body"));
  showCount();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#bag, [data-opens=bag]");
  const plain = !event.defaultPrevented && !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || !drawer?.showModal || document.querySelector(ALREADY)) return;
  event.preventDefault();
  openBag();
});

// Beside the drawer, not in it.
drawer?.addEventListener("click", (event) => { if (event.target === drawer) drawer.close(); });
drawer?.addEventListener("close", () => {
  drawer.querySelector("[data-bag]").replaceChildren();
  drawer.querySelector("[data-toasts]").replaceChildren();
  if (document.activeElement === document.body) bagLink()?.focus(); // what opened it was a note that has gone
});
