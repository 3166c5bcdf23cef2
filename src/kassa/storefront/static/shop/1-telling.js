// The language spoken: what stands before the path of its pages, and what is said in it; `{name}` are gaps.
const AT = document.documentElement.dataset.at;
const WORDS = JSON.parse(document.querySelector("#words").textContent);
const worded = (text, values = {}) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
const plural = new Intl.PluralRules(document.documentElement.lang);
const counted = (forms, number) => worded(forms[plural.select(number)] ?? forms.other, { number });

// What the shop has to say. One thing at a time, in the live region that can be heard: with the drawer open, its own.
const heard = (name) => document.querySelector(`dialog[open] [data-${name}]`) ?? document.querySelector(`[data-${name}]:not(dialog *)`);

// For ears only.
function say(text) {
  heard("said").textContent = text;
}

// For everybody. What offers a way back stays until it is used or closed; the rest goes when it was read.
function toast({ text, undo, bad = false, more }) {
  const note = document.createElement("div");
  note.className = bad ? "notice bad" : "notice";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.setAttribute("aria-label", WORDS.close);
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(words, ...[undo, more].filter(Boolean), close);
  heard("toasts").replaceChildren(note);
  if (!undo) leave(note);
}

// Not under a pointer or a focus, and not while the page is not looked at.
function leave(note) {
  setTimeout(() => (note.matches(":hover, :focus-within") || document.hidden ? leave(note) : note.remove()), 7000);
}

document.addEventListener("kassa:toast", (event) => toast(event.detail));

// What has the focus is never under a note (WCAG 2.4.11): the page moves, or else the note goes.
document.addEventListener("focusin", ({ target }) => {
  const note = document.querySelector(".toasts > .notice");
  if (!note || note.contains(target) || !target.matches("a, button, input, select, textarea, summary")) return;
  const below = () => target.getBoundingClientRect().bottom - note.getBoundingClientRect().top;
  if (below() <= 0 || target.getBoundingClientRect().top >= note.getBoundingClientRect().bottom) return;
  scrollBy({ top: below() + 16, behavior: "instant" });
  if (below() > 0) note.remove();
});
