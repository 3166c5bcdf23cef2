// Counts down how long the books are kept, by the server's clock and not the visitor's.
class HeldFor extends HTMLElement {
  connectedCallback() {
    const left = Date.parse(this.dataset.until) - Date.parse(this.dataset.now);
    this.until = performance.now() + left;
    this.show();
    this.timer = setInterval(() => this.show(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const seconds = Math.max(0, Math.round((this.until - performance.now()) / 1000));
    if (seconds === 0) {
      clearInterval(this.timer);
      this.textContent = "The time to pay is over. Reload the page to see how the order stands.";
      return;
    }
    const figure = document.createElement("b");
    figure.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.replaceChildren("Held for you ", figure);
  }
}

customElements.define("held-for", HeldFor);
