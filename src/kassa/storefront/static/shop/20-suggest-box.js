// Suggestions under the search box: a combobox with a list (WAI-ARIA Authoring Practices). The focus stays in the box;
// arrows choose, Enter goes there, Escape closes. Without this file the form searches when it is sent.
class SuggestBox extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.said = this.querySelector("[role=status]");
    const roles = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.soon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => { if (this.options.length && this.shown === this.input.value.trim()) this.open(); });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
    this.addEventListener("focusout", (event) => { if (!this.contains(event.relatedTarget)) this.close(); });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  soon() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const q = this.input.value.trim();
    if (q.length < 2) return this.close();
    this.timer = setTimeout(() => this.ask(q), 150);
  }

  async ask(q) {
    this.asking = new AbortController();
    try {
      const answer = await fetch(`${this.dataset.from}?${new URLSearchParams({ q })}`, { signal: this.asking.signal });
      if (!answer.ok) return this.close();
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-count]");
      this.shown = q;
      this.list.replaceChildren(...found.childNodes);
      const count = Number(found.dataset.count);
      if (document.activeElement === this.input && count) this.open();
      else this.close();
      this.said.textContent = count ? counted(WORDS.suggestions, count) : WORDS.no_suggestions;
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.choose(null);
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(null);
  }

  choose(option) {
    for (const one of this.options) one.setAttribute("aria-selected", String(one === option));
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
    this.chosen = option;
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.options.length) {
      event.preventDefault();
      if (!open) this.open();
      const stops = [null, ...this.options];
      const step = event.key === "ArrowDown" ? 1 : stops.length - 1;
      this.choose(stops[(stops.indexOf(this.chosen) + step) % stops.length]);
    } else if (event.key === "Enter" && open && this.chosen) {
      event.preventDefault();
      this.chosen.click();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }
}

customElements.define("suggest-box", SuggestBox);
