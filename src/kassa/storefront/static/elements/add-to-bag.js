// Puts a book into the bag without leaving its page. Without this file the form does the same and shows the bag.
class AddToBag extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.said = this.querySelector("[role=status]");
    this.form?.addEventListener("submit", (event) => this.add(event));
  }

  async add(event) {
    if (event.submitter?.hasAttribute("formaction")) return; // "Buy now" leaves the page
    event.preventDefault();
    const button = this.form.querySelector("button[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    this.said.textContent = "";
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: new URLSearchParams(new FormData(this.form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const words = answer.ok ? page.querySelector("[data-added]") : page.querySelector(".standfirst");
      const bag = answer.ok ? page.querySelector("#bag") : null;
      if (bag) document.querySelector("#bag").replaceChildren(...bag.childNodes);
      this.said.classList.toggle("bad", !answer.ok);
      this.said.textContent = words?.textContent.trim() || (answer.ok ? "It is in your bag." : "That did not work.");
    } catch {
      this.said.classList.add("bad");
      this.said.textContent = "The shop can't be reached just now. Nothing was added as far as we know; please try again.";
    } finally {
      button.disabled = false;
    }
  }
}

customElements.define("add-to-bag", AddToBag);
