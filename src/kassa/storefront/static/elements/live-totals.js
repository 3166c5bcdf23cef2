// Asks the server for new totals when the address or the way of shipping changes. The button does it without this.
class LiveTotals extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    for (const part of this.querySelectorAll(".no-live")) part.hidden = true;
    document.querySelector("#faults")?.focus();
    this.addEventListener("change", (event) => {
      if (["country", "region", "shipping_method"].includes(event.target.name)) this.refresh();
    });
    this.form.addEventListener("submit", (event) => this.once(event));
  }

  once(event) {
    if (this.sent) return event.preventDefault();
    this.sent = true;
    window.addEventListener("pageshow", () => { this.sent = false; }, { once: true });
  }

  async refresh() {
    this.latest?.abort();
    const mine = (this.latest = new AbortController());
    const fields = new URLSearchParams(new FormData(this.form));
    fields.set("intent", "update");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: fields, signal: mine.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement?.value;
      for (const id of ["ways", "summary"]) {
        const fresh = page.getElementById(id);
        if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
      }
      for (const part of this.querySelectorAll(".no-live")) part.hidden = true;
      [...this.querySelectorAll("#ways input")].find((input) => input.value === focused)?.focus();
      const total = this.querySelector("[data-testid=total]")?.textContent;
      if (total) this.querySelector("[data-said]").textContent = `The total is now ${total}.`;
    } catch (error) {
      if (error.name !== "AbortError") for (const part of this.querySelectorAll(".no-live")) part.hidden = false;
    }
  }
}

customElements.define("live-totals", LiveTotals);
