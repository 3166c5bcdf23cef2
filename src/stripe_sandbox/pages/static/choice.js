// Which method to pay with: tabs, those that do not fit in a list behind them, or an accordion. Both stand over the
// same panels.

const TAB_MIN = 96;
const MORE_WIDTH = 44;

class Choice {
  constructor(names, changed) {
    this.names = names;
    this.changed = changed;
    this.types = [];
    this.selected = null;
    this.layout = { type: 'tabs' };
    this.bar = document.getElementById('bar');
    this.tabs = document.getElementById('tabs');
    this.more = document.getElementById('more');
    this.others = document.getElementById('others');
    this.items = document.getElementById('items');
    this.tabs.addEventListener('keydown', (event) => this.step(event));
    this.others.addEventListener('change', () => { if (this.others.value) this.select(this.others.value); });
    for (const head of this.items.querySelectorAll('.head')) {
      head.addEventListener('click', () => this.select(head.closest('.item').dataset.kind));
    }
    new ResizeObserver(() => this.fit()).observe(document.getElementById('fresh'));
  }

  // Draw the methods on offer; what was selected stays, if it is still on offer.
  show(types, layout, { collapsed = false, changed = true } = {}) {
    this.types = types;
    this.layout = layout;
    const accordion = layout.type === 'accordion' && types.length > 1;
    this.items.className = accordion ? 'accordion' : '';
    this.items.classList.toggle('spaced', Boolean(layout.spacedAccordionItems));
    this.items.classList.toggle('radios', ![false, 'never'].includes(layout.radios ?? 'auto'));
    this.items.classList.toggle('end', layout.paymentMethodLogoPosition === 'end');
    this.bar.hidden = accordion || types.length < 2;
    for (const type of types) this.items.append(document.getElementById(`item-${type}`)); // in the order on offer
    if (!types.includes(this.selected)) this.selected = collapsed ? null : types[0];
    this.draw();
    if (changed) this.changed();
  }

  select(type, focus = false) {
    this.selected = type;
    this.draw();
    if (focus) document.getElementById(`tab-${type}`)?.focus();
    this.changed();
  }

  collapse() {
    this.selected = null;
    this.draw();
    this.changed();
  }

  draw() {
    const accordion = this.items.classList.contains('accordion');
    for (const item of this.items.children) {
      const kind = item.dataset.kind;
      const open = kind === this.selected;
      const panel = document.getElementById(`panel-${kind}`);
      item.hidden = !this.types.includes(kind) || (!accordion && !open);
      item.classList.toggle('open', open);
      item.classList.toggle('first', kind === this.types[0]);
      item.classList.toggle('last', kind === this.types.at(-1));
      panel.hidden = !open;
      document.getElementById(`head-${kind}`).setAttribute('aria-expanded', String(open));
      if (this.bar.hidden) panel.removeAttribute('role');
      else panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', this.bar.hidden ? `head-${kind}` : `tab-${kind}`);
    }
    this.fit(true);
  }

  // As many tabs as there is room for; the selected one is always among them.
  fit(anew = false) {
    if (this.bar.hidden) return;
    const width = document.getElementById('fresh').clientWidth;
    const gap = Number.parseFloat(getComputedStyle(this.bar).columnGap) || 8;
    const room = (space) => Math.max(1, Math.floor((space + gap) / (TAB_MIN + gap)));
    const count = room(width) >= this.types.length ? this.types.length : room(width - MORE_WIDTH - gap);
    const shown = this.types.slice(0, count);
    if (this.selected && !shown.includes(this.selected)) shown[shown.length - 1] = this.selected;
    if (!anew && shown.join() === this.drawn) return;
    this.drawn = shown.join();
    const focused = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(...shown.map((type) => this.tab(type)));
    if (focused) this.tabs.querySelector('[tabindex="0"]')?.focus();
    const hidden = this.types.filter((type) => !shown.includes(type));
    this.more.hidden = hidden.length === 0;
    const blank = new Option('', '', true, true);
    blank.hidden = true;
    this.others.replaceChildren(blank, ...hidden.map((type) => new Option(this.name(type), type)));
  }

  tab(type) {
    const button = document.createElement('button');
    const selected = type === this.selected;
    button.type = 'button';
    button.id = `tab-${type}`;
    button.className = 'tab';
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-selected', String(selected));
    button.setAttribute('aria-controls', `panel-${type}`);
    button.tabIndex = selected || (!this.selected && type === this.types[0]) ? 0 : -1;
    button.disabled = options.readOnly;
    const name = document.createElement('span');
    name.textContent = this.name(type);
    button.append(drawMark(type === 'card' ? 'unknown' : type), name);
    button.addEventListener('click', () => this.select(type, true));
    return button;
  }

  step(event) {
    const shown = [...this.tabs.children].map((tab) => tab.id.slice(4));
    const here = Math.max(0, shown.indexOf(this.selected));
    const turn = document.dir === 'rtl' ? -1 : 1;
    const to = { ArrowRight: here + turn, ArrowLeft: here - turn, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.select(shown[(to + shown.length) % shown.length], true);
  }

  name(type) {
    return strings.labels[type] ?? this.names[type] ?? type;
  }
}
