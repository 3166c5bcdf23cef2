// Hearts answer at once; the shop has the last word. And receipts can be printed.
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".wish")) return;
  event.preventDefault();
  wish(event.target);
});

async function wish(form) {
  const hearts = [...document.querySelectorAll(".wish")].filter((one) => one.slug.value === form.slug.value);
  const wanted = form.wish.value;
  const turn = (on) => {
    for (const { wish: button } of hearts) {
      button.setAttribute("aria-pressed", String(on));
      button.value = on ? "remove" : "add";
    }
  };
  const fields = new URLSearchParams(new FormData(form, form.wish));
  turn(wanted === "add");
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw answer;
    const list = document.createElement("a");
    list.href = `${AT}/wishlist`;
    list.textContent = WORDS.see_list;
    toast(wanted === "add" ? { text: WORDS.wished, more: list } : { text: WORDS.unwished });
  } catch (answer) {
    turn(wanted !== "add");
    const page = answer instanceof Response ? await parsed(answer) : null;
    toast({ text: page?.querySelector("main .standfirst")?.textContent.trim() || SILENT, bad: true });
  }
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
