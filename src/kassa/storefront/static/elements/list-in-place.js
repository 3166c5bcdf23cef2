// A list that changes where it stands: the same address is asked for, and the parts of its answer take the places of
// these. Without this file the filters are a form with a button, and everything else is links.
class ListInPlace extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("#narrow-form");
    this.panel = this.querySelector("#narrow");
    this.addEventListener("change", () => this.go(this.address(), { typed: true }));
    this.addEventListener("submit", (event) => this.submit(event));
    this.addEventListener("click", (event) => this.click(event));
    addEventListener("popstate", this.back = () => this.load(location.href, { focus: false }));
  }

  disconnectedCallback() {
    removeEventListener("popstate", this.back);
  }

  // What the form asks for, without what is so by itself, in the order of the shop's own links.
  address() {
    const asked = new URLSearchParams(new FormData(this.form));
    const usual = asked.get("q") ? "relevance" : "title";
    const sort = asked.get("sort");
    asked.delete("sort");
    if (sort !== usual) asked.append("sort", sort);
    return `${new URL(this.form.action).pathname}${asked.size ? `?${asked}` : ""}`;
  }

  // With this file every change is there already; the button only closes the filters.
  submit(event) {
    event.preventDefault();
    if (this.panel.matches(":popover-open")) this.panel.hidePopover();
    this.go(this.address(), { typed: false });
  }

  click(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (!link.closest(".chips, .pages, .without") || link.origin !== location.origin || link.pathname !== location.pathname) return;
    event.preventDefault();
    this.go(link.href, { paged: Boolean(link.closest(".pages")) });
  }

  async go(address, how) {
    if (new URL(address, location).href === location.href) return;
    if (await this.load(address, how)) history.pushState(null, "", address);
  }

  // Draws the list of an address; whether it was still wanted when it came.
  async load(address, { typed = false, paged = false, focus = true }) {
    this.asking?.abort();
    const mine = (this.asking = new AbortController());
    this.querySelector("#list-found").setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !page.querySelector("list-in-place")) throw new Error("not a list");
      this.draw(page, typed);
      if (paged) this.querySelector("#list-title").scrollIntoView();
      if (focus && !typed) this.querySelector("#list-title").focus({ preventScroll: true });
      return true;
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
      return false;
    }
  }

  draw(page, typed) {
    const focused = document.activeElement?.matches("input") ? document.activeElement : null;
    const open = [...this.querySelectorAll("details[open]")].map((one) => one.id);
    for (const part of this.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(part.id);
      if (fresh && part.id !== "list-count") part.replaceChildren(...fresh.childNodes);
    }
    const count = page.getElementById("list-count").textContent;
    this.querySelector("#list-count").textContent = count;
    this.querySelector("#list-found").removeAttribute("aria-busy");
    for (const id of open) this.querySelector(`#${id}`)?.setAttribute("open", "");
    const sort = page.querySelector("#sort");
    if (sort) this.querySelector("#sort").value = sort.value;
    document.title = page.title;
    if (typed && focused && !focused.isConnected) this.again(focused)?.focus({ preventScroll: true });
  }

  // The same checkbox in the new list; it may stand elsewhere, and behind "more".
  again(input) {
    const same = [...this.form.elements].find((one) => one.name === input.name && one.value === input.value);
    same?.closest("details")?.setAttribute("open", "");
    return same;
  }
}

customElements.define("list-in-place", ListInPlace);
