// Pictures one beside the other, and each as large as one likes. Without this file the row scrolls by hand, and a
// picture is a link to its large self.
const MOST = 5;
const named = (tag, words, ...content) => {
  const made = document.createElement(tag);
  Object.assign(made, words);
  made.append(...content);
  return made;
};

class MediaGallery extends HTMLElement {
  connectedCallback() {
    this.frames = this.querySelector(".frames");
    this.links = [...this.querySelectorAll("[data-zoom]")];
    this.thumbs = [...this.querySelectorAll(".thumbs a")];
    this.thumbs.forEach((thumb, at) => thumb.addEventListener("click", (event) => {
      event.preventDefault();
      this.show(at);
    }));
    this.links.forEach((link, at) => link.addEventListener("click", (event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.open(at);
    }));
    // Browsers bring a picture that is tabbed to into view, but not always one in a row that snaps.
    this.frames.addEventListener("focusin", (event) => this.show(this.links.indexOf(event.target), "instant"));
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.mark(this.links.indexOf(entry.target));
    }, { root: this.frames, threshold: 0.6 });
    this.links.forEach((link) => seen.observe(link));
  }

  show(at, behavior = matchMedia("(prefers-reduced-motion: no-preference)").matches ? "smooth" : "instant") {
    this.frames.scrollTo({ left: this.links[at].offsetLeft - this.links[0].offsetLeft, behavior });
    this.mark(at);
  }

  mark(at) {
    this.thumbs.forEach((thumb, one) => (one === at ? thumb.setAttribute("aria-current", "true") : thumb.removeAttribute("aria-current")));
  }

  open(at) {
    this.dialog ??= this.build();
    this.dialog.showModal();
    this.turn(at);
    this.picture.parentElement.focus();
  }

  build() {
    const words = JSON.parse(this.dataset.words);
    this.place = words.place;
    const button = (text, label, act) => {
      const made = named("button", { type: "button", textContent: text, ariaLabel: label });
      made.addEventListener("click", act);
      return made;
    };
    this.picture = named("img", { alt: "", draggable: false });
    this.told = named("p", { className: "unseen", role: "status" });
    const sheet = named("div", { className: "sheet", tabIndex: 0, role: "group", ariaLabel: words.sheet }, this.picture);
    const several = this.links.length > 1;
    const bar = named("div", { className: "bar" },
      ...(several ? [button("‹", words.before, () => this.turn(this.at - 1)), button("›", words.next, () => this.turn(this.at + 1))] : []),
      button("−", words.smaller, () => this.size(this.scale / 1.5)), button("+", words.larger, () => this.size(this.scale * 1.5)),
      button("×", words.close, () => this.dialog.close()));
    const dialog = named("dialog", { className: "zoom", ariaLabel: words.pictures }, sheet, bar, this.told);
    dialog.addEventListener("keydown", (event) => this.press(event, several));
    dialog.addEventListener("close", () => {
      this.show(this.at);
      this.links[this.at].focus({ preventScroll: true });
    });
    this.drag(sheet);
    this.append(dialog);
    return dialog;
  }

  press(event, several) {
    const keys = { "+": () => this.size(this.scale * 1.5), "=": () => this.size(this.scale * 1.5), "-": () => this.size(this.scale / 1.5), 0: () => this.size(1) };
    if (several && this.scale === 1) Object.assign(keys, { ArrowLeft: () => this.turn(this.at - 1), ArrowRight: () => this.turn(this.at + 1) });
    if (!keys[event.key] || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  }

  turn(at) {
    this.at = (at + this.links.length) % this.links.length;
    const link = this.links[this.at];
    this.picture.src = link.href;
    this.picture.alt = link.querySelector("img").alt;
    this.size(1);
    this.told.textContent = this.place.replace("{number}", this.at + 1).replace("{all}", this.links.length).replace("{picture}", this.picture.alt);
  }

  // What is in the middle stays in the middle, or what is under the pointer there.
  size(scale, x, y) {
    const sheet = this.picture.parentElement;
    const box = sheet.getBoundingClientRect();
    const [left, top] = [(x ?? box.width / 2) + sheet.scrollLeft, (y ?? box.height / 2) + sheet.scrollTop];
    const before = this.scale ?? 1;
    this.scale = Math.min(MOST, Math.max(1, scale));
    this.picture.style.setProperty("--scale", this.scale);
    sheet.classList.toggle("large", this.scale > 1);
    const grown = this.scale / before;
    sheet.scrollTo(left * grown - (x ?? box.width / 2), top * grown - (y ?? box.height / 2));
  }

  // One finger or the mouse moves the picture, or turns to the next; two fingers, the wheel or a press enlarge it.
  drag(sheet) {
    const fingers = new Map();
    let apart = 0;
    let from = null;
    const between = () => {
      const [one, other] = [...fingers.values()];
      return Math.hypot(one.x - other.x, one.y - other.y);
    };
    sheet.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      sheet.setPointerCapture(event.pointerId);
      from = fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
      if (fingers.size === 2) apart = between();
    });
    sheet.addEventListener("pointermove", (event) => {
      const was = fingers.get(event.pointerId);
      if (!was) return;
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.size === 1) return sheet.scrollBy(was.x - event.clientX, was.y - event.clientY);
      const now = between();
      const [one, other] = [...fingers.values()];
      if (fingers.size === 2 && apart) this.size((this.scale * now) / apart, (one.x + other.x) / 2, (one.y + other.y) / 2);
      apart = now;
    });
    sheet.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
    sheet.addEventListener("pointerup", (event) => {
      fingers.delete(event.pointerId);
      if (!from || event.button) return;
      const [aside, away] = [event.clientX - from.x, Math.hypot(event.clientX - from.x, event.clientY - from.y)];
      if (away < 6) this.size(this.scale > 1 ? 1 : 2.5, event.clientX, event.clientY);
      else if (this.scale === 1 && Math.abs(aside) > 60 && this.links.length > 1) this.turn(this.at - Math.sign(aside));
    });
    sheet.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.size(this.scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX, event.clientY);
    }, { passive: false });
  }
}

customElements.define("media-gallery", MediaGallery);
