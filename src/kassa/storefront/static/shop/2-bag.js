// The bag. What is pressed shows at once and is sent, one thing after the other; the shop's answer has the last word:
// its own bag takes the place of this one. What could not be sent is taken back here too.
const queue = [];
let sending = null; // what is on its way
let busy = false; // whether somebody sees to the queue
let known = null; // how many things the shop last said are in the bag
let before; // the bag as the shop last drew it, while something here is ahead of it

const bagLink = () => document.querySelector("#bag");
const bagBody = () => document.querySelector("#bag-body");
const shownIn = (page) => Number.parseInt(page.querySelector("#bag b")?.textContent.replace(/^\D+/, ""), 10);
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
const SILENT = WORDS.silent;

function showCount() {
  const link = bagLink();
  if (!link || known === null) return;
  const count = Math.max(0, [sending, ...queue].reduce((sum, job) => sum + (job?.more ?? 0), known));
  const unseen = (text) => text && Object.assign(document.createElement("span"), { className: "unseen", textContent: text });
  const [before, after] = counted(WORDS.items, count).split(count).map(unseen);
  link.querySelector("b").replaceChildren(...[before, String(count), after].filter(Boolean));
}

// What a press will come to, shown before the shop has said so. Returns how many more things are in the bag by it.
const foreseen = {
  "/cart/lines": (fields) => Number(fields.get("quantity") ?? 1) || 0,
  "/cart/lines/step": (fields, line) => move(line, (now) => Math.min(99, Math.max(1, now + Number(fields.get("step"))))),
  "/cart/lines/change": (fields, line) => {
    const input = line.querySelector("[name=quantity]");
    const change = Number(fields.get("quantity")) - Number(input.dataset.now ?? input.defaultValue);
    input.dataset.now = fields.get("quantity");
    return change;
  },
  "/cart/lines/remove": (fields, line) => hide(line),
  "/cart/lines/accept": (fields, line) => (fields.get("quantity") === "0" ? hide(line) : 0),
};

function move(line, to) {
  const input = line.querySelector(".act [name=quantity]");
  const now = Number(input.value);
  input.value = to(now);
  input.dataset.now = input.value;
  return input.value - now;
}

function hide(line) {
  const input = line.querySelector(".act [name=quantity]");
  line.hidden = true;
  return -Number(input?.value ?? 0);
}

function press(form, button) {
  const fields = new URLSearchParams(new FormData(form));
  if (button?.name) fields.set(button.name, button.value);
  const action = new URL(form.action).pathname.slice(AT.length);
  const body = bagBody();
  const drawn = before ?? body?.cloneNode(true);
  const line = form.closest("[data-sku]");
  const more = line || action === "/cart/lines" ? (foreseen[action]?.(fields, line) ?? 0) : 0;
  if (action === "/cart/lines/step") {
    if (!more) return;
    fields.set("step", more);
  }
  before = drawn;
  const last = queue.at(-1);
  const sum = { "/cart/lines": "quantity", "/cart/lines/step": "step" }[action];
  if (sum && last?.action === action && last.fields.get("sku") === fields.get("sku")) {
    last.more += more;
    last.fields.set(sum, Number(last.fields.get(sum)) + Number(fields.get(sum)));
    if (!last.more) queue.pop(); // there and back again
  } else {
    queue.push({ action, fields, more });
  }
  body?.setAttribute("aria-busy", "true");
  showCount();
  if (!busy) send();
}

async function send() {
  busy = true;
  let page = null;
  let trouble = "";
  while ((sending = queue.shift() ?? null)) {
    try {
      const answer = await fetch(AT + sending.action, { method: "POST", body: sending.fields, keepalive: true });
      const drawn = await parsed(answer);
      if (drawn.querySelector("#bag-body")) {
        page = drawn;
        known = shownIn(drawn) || 0;
        if (sending.action === "/cart/lines") tellAdded(drawn);
      } else {
        trouble = drawn.querySelector("main .standfirst")?.textContent.trim() || WORDS.failed;
      }
    } catch {
      trouble = SILENT;
    }
  }
  if (trouble) {
    toast({ text: trouble, bad: true });
    page = (await fetchedBag()) ?? page;
  }
  if (queue.length) return send();
  busy = false;
  settle(page, true);
}

function tellAdded(page) {
  const more = document.createElement("a");
  more.href = `${AT}/cart`;
  more.dataset.opens = "bag";
  more.textContent = WORDS.see_bag;
  toast({ text: page.querySelector("[data-added]")?.textContent.trim() ?? WORDS.added, more });
}

async function fetchedBag() {
  try {
    const answer = await fetch(`${AT}/cart`);
    if (!answer.ok) return null;
    const page = await parsed(answer);
    known = shownIn(page) || 0;
    return page;
  } catch {
    return null;
  }
}

// The bag becomes what the shop drew; without an answer, what it drew before.
function settle(page, pressed = false) {
  const there = bagBody();
  const fresh = page?.querySelector("#bag-body") ?? before;
  if (there && fresh) {
    const undo = page?.querySelector("[data-undo]");
    if (undo) toast({ text: undo.querySelector("p").textContent, undo: undo.querySelector("form") });
    undo?.remove();
    if (fresh === before) for (const input of fresh.querySelectorAll("input")) input.value = input.defaultValue;
    const focus = focusIn(there, pressed);
    there.replaceWith(fresh);
    focus(fresh);
    if (page) say(spoken(fresh));
  }
  before = undefined;
  showCount();
}

// Puts the focus where it was: on the same control of the same line, or if that has gone with its line, on the bag.
function focusIn(body, pressed) {
  const control = document.activeElement;
  const inside = body.contains(control);
  if (!inside && !(pressed && control === document.body)) return () => {};
  const line = control.closest("[data-sku]");
  const controls = (one) => [...(one?.querySelectorAll("button, input:not([type=hidden])") ?? [])];
  const key = (one) => `${one.name} ${one.type === "submit" ? one.value + one.textContent : ""}`;
  return (fresh) => {
    const there = controls([...fresh.querySelectorAll("[data-sku]")].find((one) => one.dataset.sku === line?.dataset.sku));
    const same = there.find((one) => key(one) === key(control) && !one.disabled);
    const code = control.closest(".code") && (fresh.querySelector("#discount_code") ?? fresh.querySelector("#code"));
    (same ?? there.find((one) => one.type === "number") ?? (code || fresh)).focus({ preventScroll: true });
  };
}

function spoken(body) {
  const total = body.querySelector("[data-testid=total]")?.textContent;
  const trouble = [...body.querySelectorAll(".lines .notice p, .code .fault")].map((one) => one.textContent).join(" ");
  return total ? `${worded(WORDS.total, { total })} ${trouble}` : body.textContent.trim().slice(0, 60);
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (event.defaultPrevented || button?.hasAttribute("formaction")) return;
  if (!/^\/cart\/(lines|discount)/.test(new URL(form.action, location).pathname.slice(AT.length))) return;
  event.preventDefault();
  form.closest("[data-toasts] > *")?.remove();
  press(form, button);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sku] [name=quantity]")) event.target.form.requestSubmit();
});

// Another tab may have changed the bag, and a page may come out of a cache: ask when it is looked at again.
async function lookAgain() {
  if (busy) return;
  try {
    const answer = await fetch(`${AT}/cart/count`);
    const { count } = await answer.json();
    if (busy || count === known) return;
    known = count;
    if (bagBody()) settle(await fetchedBag());
    else showCount();
  } catch {
    // Nothing is known; the next press will tell.
  }
}

{
  const shown = shownIn(document);
  const [entry] = performance.getEntriesByType("navigation");
  if (!Number.isNaN(shown)) known = shown;
  if (bagLink() && (known === null || entry?.deliveryType)) lookAgain();
  addEventListener("pageshow", (event) => { if (event.persisted) lookAgain(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && bagLink()) lookAgain(); });
}
