// The shop's look inside the frame: a theme, and variables that are let in only if they are what they claim.

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

function wear(theme, variables) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  document.querySelector('meta[name="color-scheme"]').content = theme === 'night' ? 'dark' : 'light';
  for (const [name, [property, like]] of Object.entries(VARIABLES)) {
    const value = variables?.[name];
    const good = typeof value === 'string' && !value.includes('url(') && CSS.supports(like, value);
    if (good) root.style.setProperty(property, value);
    else root.style.removeProperty(property);
  }
}
