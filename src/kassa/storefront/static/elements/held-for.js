// Counts down how long the books are kept, by the server's clock: how long the visitor's own says that it is late or
// early does not matter, only how much time passes on it. When it is over, and when somebody comes back to the page,
// the server is asked how things stand.
const TELL = [[300, "five"], [60, "one"]];
const AWAY = 30_000;

class HeldFor extends HTMLElement {
  connectedCallback() {
    this.left = Date.parse(this.dataset.until) - Date.parse(this.dataset.now);
    this.began = [performance.now(), Date.now()];
    this.before = this.seconds();
    this.figure = this.querySelector("[role=timer]");
    this.show();
    this.timer = setInterval(() => this.show(), 1000);
    this.seen = () => this.look();
    document.addEventListener("visibilitychange", this.seen);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }

  // A computer that sleeps stops one of its clocks; whichever says that more time has passed is nearer the truth.
  seconds() {
    const passed = Math.max(performance.now() - this.began[0], Date.now() - this.began[1]);
    return Math.max(0, Math.round((this.left - passed) / 1000));
  }

  show() {
    const seconds = this.seconds();
    this.figure.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.toggleAttribute("data-soon", seconds <= 60);
    for (const [at, name] of TELL) {
      if (this.before > at && seconds <= at) this.parentElement.querySelector("[data-said]").textContent = this.dataset[name];
    }
    this.before = seconds;
    if (seconds > 0) return;
    clearInterval(this.timer);
    this.ask();
  }

  look() {
    if (document.hidden) this.left_at = performance.now();
    else if (performance.now() - (this.left_at ?? Infinity) > AWAY) this.ask();
  }

  // Not while a payment is on its way: what comes of it leads on by itself.
  async ask() {
    if (document.querySelector("kassa-payment[aria-busy=true]")) return setTimeout(() => this.ask(), 2000);
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const held = page.getElementById("held");
      if (new URL(answer.url).pathname !== location.pathname) location.assign(answer.url);
      else if (held) this.closest("#held").replaceWith(held);
      else {
        document.title = page.title;
        document.getElementById("content").replaceWith(page.getElementById("content"));
        document.getElementById("content").focus({ preventScroll: true });
      }
    } catch {
      setTimeout(() => this.ask(), 5000);
    }
  }
}

customElements.define("held-for", HeldFor);
