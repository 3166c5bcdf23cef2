// The checkout follows its form: another country has other fields, another way other totals. The server has one
// rendering of each; without this file the "Update" buttons ask for it.
const FOLLOWED = ["country", "billing_country", "region", "shipping_method", "saved_address", "vat_id"];
const TOTALS = ["business", "ways", "summary"];

class LiveTotals extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.classList.add("live");
    document.querySelector("#faults")?.focus();
    this.addEventListener("change", ({ target }) => {
      if (FOLLOWED.includes(target.name)) this.refresh(target.name);
    });
    this.form.addEventListener("submit", (event) => this.once(event));
  }

  once(event) {
    // Enter in the field of the code uses the code; it does not order.
    const { name, value } = event.submitter ?? {};
    const typing = document.activeElement?.id === "discount_code";
    if (typing || (name === "intent" && value.endsWith("code"))) {
      event.preventDefault();
      this.refresh("discount_code", typing ? "code" : value);
      return;
    }
    if (this.sent) return event.preventDefault();
    this.sent = true;
    window.addEventListener("pageshow", () => { this.sent = false; }, { once: true });
  }

  async refresh(changed, intent = "update") {
    this.latest?.abort();
    const mine = (this.latest = new AbortController());
    const fields = new URLSearchParams(new FormData(this.form));
    fields.set("intent", intent);
    if (changed === "country") this.stale = "shipping-fields";
    if (changed === "billing_country") this.stale = "billing-fields";
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: fields, signal: mine.signal });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of [this.stale, ...TOTALS]) this.take(page.getElementById(id));
      this.stale = "";
      const total = this.querySelector("[data-testid=total]")?.textContent;
      const fault = document.querySelector("#fault-vat_id, .code .fault")?.textContent ?? "";
      if (total) this.querySelector("[data-said]").textContent = `${fault} ${this.dataset.total.replace("{total}", total)}`.trim();
    } catch (error) {
      if (error.name !== "AbortError") this.classList.remove("live"); // the buttons are there again
    }
  }

  // What was typed or chosen since the form was sent stays, and so does the place of the cursor.
  take(fresh) {
    const old = fresh && document.getElementById(fresh.id);
    if (!old) return;
    const { id, name, value } = document.activeElement ?? {};
    const within = old.contains(document.activeElement);
    if (!TOTALS.includes(fresh.id)) {
      for (const was of old.querySelectorAll("[name]")) {
        const now = fresh.querySelector(`[name="${was.name}"]`);
        if (now && was.value && (!now.options || [...now.options].some((one) => one.value === was.value))) now.value = was.value;
      }
    }
    const known = (one) => one.querySelector("summary").textContent;
    for (const was of old.querySelectorAll("details[open]")) {
      for (const now of fresh.querySelectorAll("details")) if (known(now) === known(was)) now.open = true;
    }
    old.replaceChildren(...fresh.childNodes);
    const next = within && (id ? document.getElementById(id) : [...old.querySelectorAll(`[name="${name}"]`)].find((one) => one.value === value));
    if (id === "vat_id" && next) next.value = value;
    if (next) next.focus();
    else if (within) old.querySelector("#discount_code, #code")?.focus();
  }
}

customElements.define("live-totals", LiveTotals);
