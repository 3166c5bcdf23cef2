// Going from page to page: fetched when somebody is about to, and a cover that was pressed becomes the book's own.

// Browsers that know speculation rules have them from the answer's header (static/speculation.json); they watch the
// pointer. The rest, and the keyboard everywhere, is done here. Only pages that change nothing by being asked for.
const QUIET = /^\/($|books$|collections\/[^/]+$|products\/[^/]+$)/;
const quiet = ({ pathname }) => pathname.startsWith(`${AT}/`) && QUIET.test(pathname.slice(AT.length));
const fetched = new Set([location.href.split("#")[0]]);

function ahead(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || navigator.connection?.saveData || fetched.size > 20) return;
  const url = new URL(link.href);
  url.hash = "";
  if (url.origin !== location.origin || !quiet(url) || fetched.has(url.href)) return;
  if (link.matches("[rel~=nofollow], [download], [target=_blank]")) return;
  fetched.add(url.href);
  const hint = document.createElement("link");
  hint.rel = "prefetch";
  hint.href = url.href;
  document.head.append(hint);
}

for (const intent of HTMLScriptElement.supports?.("speculationrules") ? ["focusin"] : ["focusin", "pointerover", "touchstart"]) {
  document.addEventListener(intent, ahead, { passive: true });
}

// The page of a book gives its cover a name in the style sheet. Here the cover that leads to it, or from it, gets the same.
function coverOf(address) {
  if (!address?.startsWith(`${location.origin}${AT}/products/`)) return null;
  const { pathname } = new URL(address);
  if (pathname === location.pathname) return null;
  const links = [...document.querySelectorAll("main a[href]")].filter((one) => new URL(one.href).pathname === pathname);
  const pictures = links.map((one) => one.querySelector("img") ?? one.closest(".book, li")?.querySelector(".cover img"));
  return pictures.find((one) => one?.checkVisibility()) ?? null;
}

async function morph(cover, transition) {
  if (!cover || !transition) return;
  const own = document.querySelector(".frames > .cover img");
  own?.style.setProperty("view-transition-name", "none");
  cover.style.setProperty("view-transition-name", "cover");
  await transition.finished.catch(() => {});
  cover.style.removeProperty("view-transition-name");
  own?.style.removeProperty("view-transition-name");
}

addEventListener("pageswap", (event) => morph(coverOf(event.activation?.entry?.url), event.viewTransition));
addEventListener("pagereveal", (event) => morph(coverOf(navigation?.activation?.from?.url), event.viewTransition));
// One that is cut short (the next step was quicker, or the page was there already) is no fault.
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof DOMException && /^Transition was/.test(event.reason.message)) event.preventDefault();
});
