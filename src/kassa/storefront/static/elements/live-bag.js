// The bag, changed in place: every form is sent as it is and the answer's own bag takes the place of this one.
class LiveBag extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.send(event));
    this.addEventListener("change", (event) => event.target.form?.requestSubmit());
  }

  async send(event) {
    const form = event.target;
    if (!form.action.includes("/cart/")) return;
    event.preventDefault();
    const focused = document.activeElement?.id;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const body = page.querySelector("#bag-body");
      if (!body) return form.submit();
      this.querySelector("#bag-body").replaceChildren(...body.childNodes);
      document.querySelector("#bag").replaceChildren(...page.querySelector("#bag").childNodes);
      (focused && document.getElementById(focused) || document.querySelector("#content")).focus({ preventScroll: true });
      const total = this.querySelector("[data-testid=total]")?.textContent;
      const trouble = this.querySelector(".notice.bad")?.textContent.trim() ?? "";
      this.querySelector("[data-said]").textContent = total ? `The total is now ${total}. ${trouble}` : "Your bag is empty.";
    } catch {
      form.submit();
    }
  }
}

customElements.define("live-bag", LiveBag);
