// Stripe's Payment Element, and wallets above it, in the shop's own clothes. Card numbers go to Stripe's frame and
// never come here. What is said of a try that came to nothing is the server's to say: this asks it.
const WAIT = 20_000;
const ASK_AGAIN = [1, 2, 4, 8, 15];

function stripeLoaded() {
  if (window.Stripe) return Promise.resolve(window.Stripe);
  const script = document.querySelector("script[data-stripe-js]");
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, WAIT);
    script.addEventListener("load", () => { clearTimeout(timer); resolve(window.Stripe); });
    script.addEventListener("error", reject);
  });
}

function online(seconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
    window.addEventListener("online", resolve, { once: true });
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
      this.stripe = Stripe(this.dataset.key, { locale: this.dataset.locale });
      const saved = this.dataset.customer ? { customerSessionClientSecret: this.dataset.customer } : {};
      this.elements = this.stripe.elements({ clientSecret: this.dataset.secret, appearance: this.appearance(), ...saved });
      this.cards();
      this.wallets();
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.elements.update({ appearance: this.appearance() }));
    } catch {
      this.express.hidden = true;
      this.say("form_missing");
    }
  }

  get express() {
    return this.querySelector("[data-express]");
  }

  cards() {
    const element = this.elements.create("payment", { layout: "tabs" });
    element.on("ready", () => { this.button.disabled = false; });
    element.on("loaderror", () => this.say("form_missing"));
    element.mount(this.querySelector("[data-mount]"));
  }

  // Wallets are there or not, by device and customer: one row of them, its room kept free, so that nothing moves.
  wallets() {
    const element = this.elements.create("expressCheckout", {
      buttonHeight: 48, layout: { maxColumns: 2, maxRows: 1, overflow: "never" },
    });
    element.on("ready", ({ availablePaymentMethods }) => { this.express.hidden = !availablePaymentMethods; });
    element.on("loaderror", () => { this.express.hidden = true; });
    element.on("confirm", (wallet) => this.pay(wallet));
    element.mount(this.querySelector("[data-express-mount]"));
  }

  async pay(wallet) {
    if (this.paying || !this.elements) return;
    this.busy(true);
    this.say("");
    let error;
    try {
      ({ error } = await this.stripe.confirmPayment({
        elements: this.elements,
        confirmParams: { return_url: this.dataset.return },
      }));
    } catch (broken) {
      error = broken;
    }
    if (!error) return; // on the way to the return page
    wallet?.paymentFailed?.({ reason: "fail" });
    if (error.type === "validation_error") {
      this.say("incomplete");
      return this.busy(false);
    }
    this.follow(await this.ask(), error);
  }

  // How the order stands, from the server, which asks Stripe. Until it answers, nobody here knows.
  async ask() {
    for (let turn = 0; ; turn += 1) {
      try {
        const answer = await fetch(new URL(this.dataset.return).pathname, { cache: "no-store" });
        return { url: answer.url, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
      } catch {
        this.say("offline");
        await online(ASK_AGAIN[Math.min(turn, ASK_AGAIN.length - 1)]);
      }
    }
  }

  follow({ url, page }, error) {
    const told = page.getElementById("pay-error");
    if (told && new URL(url).pathname === location.pathname) {
      const held = page.getElementById("held");
      if (held) document.getElementById("held").replaceWith(held);
      if (told.dataset.trouble) this.tell(told);
      else this.say("not_sent");
      return this.busy(false);
    }
    const order = page.getElementById("content");
    if (error.code !== "payment_intent_unexpected_state" || !order?.querySelector("[data-state=paid]")) return location.assign(url);
    const notice = this.errors.cloneNode();
    notice.hidden = false;
    notice.className = "notice good";
    notice.append(this.words("paid_elsewhere"));
    order.prepend(notice);
    document.title = page.title;
    history.replaceState(null, "", url);
    document.getElementById("content").replaceWith(order);
    order.focus();
  }

  busy(paying) {
    this.paying = paying;
    this.button.disabled = paying;
    this.label ??= this.button.textContent;
    this.button.textContent = paying ? this.dataset.busy : this.label;
    this.setAttribute("aria-busy", String(paying));
  }

  words(code) {
    return this.querySelector(`template[data-trouble="${code}"]`).content.cloneNode(true);
  }

  say(code) {
    const told = document.createElement("div");
    if (code) {
      told.dataset.trouble = code;
      told.append(this.words(code));
    }
    this.tell(told);
  }

  tell(told) {
    const code = told.dataset.trouble ?? "";
    this.errors.hidden = !code;
    if (code && this.errors.dataset.trouble === code && code === "offline") return; // said already
    this.errors.dataset.trouble = code;
    this.errors.replaceChildren(...told.childNodes);
    if (code) this.errors.scrollIntoView({ block: "nearest" });
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
