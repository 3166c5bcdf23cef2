// Stripe's Payment Element in the shop's own clothes. Card numbers go to Stripe's frame and never come here.
const WAIT = 20_000;

function stripeLoaded() {
  if (window.Stripe) return Promise.resolve(window.Stripe);
  const script = document.querySelector("script[data-stripe-js]");
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, WAIT);
    script.addEventListener("load", () => { clearTimeout(timer); resolve(window.Stripe); });
    script.addEventListener("error", reject);
  });
}

class KassaPayment extends HTMLElement {
  async connectedCallback() {
    this.button = this.querySelector("[data-testid=pay]");
    this.errors = document.getElementById(this.dataset.error);
    this.button.addEventListener("click", () => this.pay());
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    try {
      const Stripe = await stripeLoaded();
      this.stripe = Stripe(this.dataset.key);
      this.elements = this.stripe.elements({ clientSecret: this.dataset.secret, appearance: this.appearance() });
      const element = this.elements.create("payment", { layout: "tabs" });
      element.on("ready", () => { this.button.disabled = false; });
      element.on("loaderror", () => this.say("Stripe's form did not load. Reload the page, or pay on Stripe's page."));
      element.mount(this.querySelector("[data-mount]"));
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.elements.update({ appearance: this.appearance() }));
    } catch {
      this.say("Stripe's form did not load. Reload the page, or pay on Stripe's page below.");
    }
  }

  async pay() {
    if (this.paying || !this.elements) return;
    this.busy(true);
    this.say("");
    try {
      const { error } = await this.stripe.confirmPayment({
        elements: this.elements,
        confirmParams: { return_url: this.dataset.return },
      });
      if (error) this.refused(error);
    } catch {
      location.assign(this.dataset.return);
    }
  }

  // Only what Stripe says of the card or the form is shown. Of anything else nobody knows here whether
  // it went through, so the return page asks.
  refused(error) {
    const known = ["card_error", "validation_error"].includes(error.type) || error.code === "payment_intent_authentication_failure";
    if (known) {
      this.say(error.message || "Your card was declined. Nothing was charged.");
      this.busy(false);
      return;
    }
    location.assign(this.dataset.return);
  }

  busy(paying) {
    this.paying = paying;
    this.button.disabled = paying;
    this.label ??= this.button.textContent;
    this.button.textContent = paying ? "Paying …" : this.label;
    this.setAttribute("aria-busy", String(paying));
  }

  say(words) {
    this.errors.hidden = !words;
    this.errors.textContent = words;
    if (words) this.errors.scrollIntoView({ block: "nearest" });
  }

  appearance() {
    const style = getComputedStyle(document.documentElement);
    const token = (name) => style.getPropertyValue(name).trim();
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return {
      theme: dark ? "night" : "stripe",
      variables: {
        colorPrimary: token("--accent"),
        colorBackground: token("--paper"),
        colorText: token("--ink"),
        colorTextSecondary: token("--ink-soft"),
        colorDanger: token("--accent"),
        fontFamily: token("--sans"),
        fontSizeBase: "17px",
        borderRadius: "2px",
        spacingUnit: "5px",
      },
      rules: { ".Input": { border: `1px solid ${token("--field-line")}`, boxShadow: "none" } },
    };
  }
}

customElements.define("kassa-payment", KassaPayment);
