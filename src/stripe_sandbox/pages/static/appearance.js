// The shop's look inside the frame: a theme, variables and a few rules, let in only if they are what they claim.

const VARIABLES = {
  colorPrimary: ['--primary', 'color'],
  colorBackground: ['--surface', 'color'],
  colorText: ['--text', 'color'],
  colorTextSecondary: ['--muted', 'color'],
  colorDanger: ['--danger', 'color'],
  fontFamily: ['--font', 'font-family'],
  fontSizeBase: ['--font-size', 'font-size'],
  borderRadius: ['--radius', 'border-radius'],
  spacingUnit: ['--unit', 'padding-top'],
};
const PARTS = {
  '.Input': 'input, select',
  '.Input:focus': 'input:focus, select:focus',
  '.Input--invalid': 'input[aria-invalid="true"]',
  '.Label': 'label',
  '.Error': '.fault',
};
// Nothing that moves a field or changes its height: the page has reserved it.
const PROPERTIES = {
  backgroundColor: 'background-color', border: 'border', borderColor: 'border-color', boxShadow: 'box-shadow',
  color: 'color', fontWeight: 'font-weight', letterSpacing: 'letter-spacing', textTransform: 'text-transform',
};
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

function wear(theme, variables, rules) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === 'night' ? 'dark' : 'light';
  for (const [name, [property, like]] of Object.entries(VARIABLES)) {
    const value = variables?.[name];
    if (isGood(like, value)) root.style.setProperty(property, value);
    else root.style.removeProperty(property);
  }
  sheet.replaceSync('');
  for (const [part, selector] of Object.entries(PARTS)) {
    const rule = sheet.cssRules[sheet.insertRule(`${selector} {}`, sheet.cssRules.length)];
    for (const [name, property] of Object.entries(PROPERTIES)) {
      const value = rules?.[part]?.[name];
      if (isGood(property, value)) rule.style.setProperty(property, value);
    }
  }
}

function isGood(property, value) {
  return typeof value === 'string' && !/url\(|image/i.test(value) && CSS.supports(property, value);
}
