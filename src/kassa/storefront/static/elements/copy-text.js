// A button that copies `data-text`; hidden where there is nothing to copy with.
class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text);
      const word = button.firstChild;
      const before = word.data;
      word.data = this.dataset.done;
      setTimeout(() => { word.data = before; }, 1500);
    });
  }
}

customElements.define("copy-text", CopyText);
