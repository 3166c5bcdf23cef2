// Choosing an edition in place. Without this file its links open the page with the edition chosen, and the form works as it is.
class VariantPicker extends HTMLElement {
  connectedCallback() {
    this.name();
    this.addEventListener("click", (event) => this.follow(event));
    this.addEventListener("change", (event) => {
      if (event.target.name === "sku") history.replaceState(history.state, "", this.address(event.target.value));
    });
  }

  address(sku) {
    const url = new URL(location.href);
    url.searchParams.set("sku", sku);
    url.hash = "";
    return url;
  }

  // A page that is the same for everybody has no name for what this browser is about to buy: pressed twice is bought once.
  name() {
    const form = this.querySelector("form");
    if (!form || form.elements.buy_now_id || !crypto.randomUUID) return;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "buy_now_id", value: crypto.randomUUID() });
    form.append(field);
  }

  async follow(event) {
    const link = event.target.closest("a[data-choice]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    try {
      const answer = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#editions");
      if (!answer.ok || !fresh) throw new Error("not the page of a book");
      if (turn !== this.turn) return; // another was chosen meanwhile
      const at = [...this.querySelectorAll("a[data-choice]")].indexOf(link);
      this.replaceChildren(...fresh.childNodes);
      this.name();
      this.querySelectorAll("a[data-choice]")[at]?.focus({ preventScroll: true });
      history.replaceState(history.state, "", this.address(new URL(link.href).searchParams.get("sku")));
    } catch {
      location.assign(link.href);
    }
  }
}

customElements.define("variant-picker", VariantPicker);
