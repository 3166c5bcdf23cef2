// The shop's look inside the frame: a theme, variables and rules, let in only if they are what they claim.

const VARIABLES = {
  accessibleColorOnColorPrimary: ['--on-primary', 'color'],
  accordionItemSpacing: ['--item-gap', 'padding-top'],
  borderRadius: ['--radius', 'border-radius'],
  buttonBorderRadius: ['--button-radius', 'border-radius'],
  colorBackground: ['--surface', 'color'],
  colorDanger: ['--danger', 'color'],
  colorPrimary: ['--primary', 'color'],
  colorSuccess: ['--good', 'color'],
  colorText: ['--text', 'color'],
  colorTextPlaceholder: ['--placeholder', 'color'],
  colorTextSecondary: ['--muted', 'color'],
  focusBoxShadow: ['--focus-shadow', 'box-shadow'],
  fontFamily: ['--font', 'font-family'],
  fontLineHeight: ['--line-height', 'line-height'],
  fontSizeBase: ['--font-size', 'font-size'],
  fontSizeSm: ['--font-size-sm', 'font-size'],
  fontWeightMedium: ['--medium', 'font-weight'],
  fontWeightNormal: ['--normal', 'font-weight'],
  gridColumnSpacing: ['--column-gap', 'padding-top'],
  gridRowSpacing: ['--row-gap', 'padding-top'],
  inputBoxShadow: ['--input-shadow', 'box-shadow'],
  inputColorBorder: ['--line', 'color'],
  inputFocusBoxShadow: ['--focus-shadow', 'box-shadow'],
  inputFocusColorBorder: ['--focus-line', 'color'],
  labelColorText: ['--label', 'color'],
  labelFontWeight: ['--medium', 'font-weight'],
  spacingGridColumn: ['--column-gap', 'padding-top'],
  spacingGridRow: ['--row-gap', 'padding-top'],
  spacingTab: ['--tab-gap', 'padding-top'],
  spacingUnit: ['--unit', 'padding-top'],
  tabSpacing: ['--tab-gap', 'padding-top'],
};
const PARTS = {
  '.Input': 'input:not([type="radio"], [type="checkbox"]), select',
  '.Input--invalid': 'input[aria-invalid="true"]',
  '.Label': 'label, .label',
  '.Error': '.fault',
  '.Tab': '.tab',
  '.Tab--selected': '.tab[aria-selected="true"]',
  '.TabLabel': '.tab span',
  '.TabLabel--selected': '.tab[aria-selected="true"] span',
  '.AccordionItem': '.accordion .item',
  '.AccordionItem--selected': '.accordion .item.open',
  '.Block': '.saved',
  '.CheckboxLabel': '.check',
  '.TermsText': '.terms',
};
const STATES = [':hover', ':focus', ':disabled', ':focus-visible', ':active', '::placeholder', '::selection'];
// Nothing that lays a field over another or takes it away.
const PROPERTIES = {
  backgroundColor: 'background-color', border: 'border', borderColor: 'border-color', borderRadius: 'border-radius',
  borderWidth: 'border-width', boxShadow: 'box-shadow', color: 'color', fontFamily: 'font-family',
  fontSize: 'font-size', fontWeight: 'font-weight', letterSpacing: 'letter-spacing', lineHeight: 'line-height',
  outline: 'outline', textTransform: 'text-transform', textDecoration: 'text-decoration', transition: 'transition',
};
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

function wear({ theme, variables, rules }) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === 'night' ? 'dark' : 'light';
  for (const [property] of Object.values(VARIABLES)) root.style.removeProperty(property);
  for (const [name, [property, like]] of Object.entries(VARIABLES)) {
    const value = variables?.[name];
    if (isGood(like, value)) root.style.setProperty(property, value);
  }
  sheet.replaceSync('');
  for (const [selector, properties] of Object.entries(rules ?? {})) {
    const target = targetOf(selector);
    if (!target) continue;
    const rule = sheet.cssRules[sheet.insertRule(`${target} {}`, sheet.cssRules.length)];
    for (const [name, value] of Object.entries(properties ?? {})) {
      const property = PROPERTIES[name];
      if (property && isGood(property, value)) rule.style.setProperty(property, value);
    }
  }
}

// `.Input`, `.Tab:hover`, `.Input::placeholder`: the parts we have, in the states there are; nothing else.
function targetOf(selector) {
  const [, part, state] = /^(\.[A-Za-z-]+)(::?[a-z-]+)?$/.exec(selector.trim()) ?? [];
  if (!Object.hasOwn(PARTS, part ?? '') || (state && !STATES.includes(state))) return null;
  if (!state) return PARTS[part];
  return PARTS[part].split(/, (?![^(]*\))/).map((one) => `${one}${state}`).join(', ');
}

function isGood(property, value) {
  return typeof value === 'string' && !/url\(|image|expression|javascript/i.test(value) && CSS.supports(property, value);
}
