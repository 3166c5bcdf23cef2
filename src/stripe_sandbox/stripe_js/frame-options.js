// What an Element's frame is told: the look, the words and what to ask for, as plain data.

const THEMES = ['stripe', 'night', 'flat'];
const LAYOUTS = ['tabs', 'accordion', 'auto'];

function frameOptions(type, group, element, locale) {
  const { appearance = {} } = group;
  const look = {
    locale, theme: THEMES.includes(appearance.theme) ? appearance.theme : 'stripe',
    variables: appearance.variables ?? {}, rules: appearance.rules ?? {},
  };
  const payment = {
    clientSecret: group.clientSecret ?? null, mode: group.mode ?? null, amount: group.amount ?? null,
    currency: group.currency ?? null, setupFutureUsage: group.setupFutureUsage ?? group.setup_future_usage ?? null,
    captureMethod: group.captureMethod ?? group.capture_method ?? null,
    allowed: group.allowedPaymentMethodTypes ?? null, excluded: group.excludedPaymentMethodTypes ?? null,
    customerSession: group.customerSessionClientSecret ?? null, checkout: group._checkout ?? null,
  };
  const own = OWN_OPTIONS[type]?.(element) ?? { ...element };
  const plain = { ...look, ...payment, ...own };
  plain.height = (HEIGHTS[type] ?? HEIGHTS.card)(plain);
  return plain;
}

const OWN_OPTIONS = {
  payment({ defaultValues = {}, fields = {}, readOnly = false, terms = {}, wallets = {}, ...rest }) {
    const layout = typeof rest.layout === 'string' ? { type: rest.layout } : rest.layout ?? { type: 'tabs' };
    require(LAYOUTS.includes(layout.type), `Invalid layout: '${layout.type}'. It is one of ${LAYOUTS.join(', ')}.`);
    return {
      layout: { ...layout, type: layout.type === 'auto' ? 'tabs' : layout.type },
      order: rest.paymentMethodOrder ?? [], readOnly, terms, wallets, business: rest.business?.name ?? null,
      billing: asksFor(fields), defaults: defaultValues.billingDetails ?? {},
    };
  },
};

// Country and postal code are asked only when the page says so: most shops already know the address.
function asksFor(fields) {
  const wanted = fields.billingDetails;
  const all = wanted === 'never' ? 'never' : 'auto';
  const details = { name: wanted?.name ?? all, email: wanted?.email ?? all };
  const address = wanted === 'auto' ? 'auto' : wanted?.address;
  if (address === 'auto') return { ...details, country: true, postalCode: true };
  return { ...details, country: address?.country === 'auto', postalCode: address?.postalCode === 'auto' };
}

// A frame's height before it can say so itself, so that the page does not jump (see element.css).
const HEIGHTS = {
  payment({ variables, billing, layout, allowed }) {
    const unit = unitOf(variables);
    const rows = billing.country || billing.postalCode ? 3 : 2;
    const fields = rows * fieldHeight(unit) + (rows - 1) * 3 * unit;
    if (allowed?.length === 1) return Math.ceil(fields);
    const head = 44 + 4 * unit;
    return Math.ceil(fields + (layout.type === 'tabs' ? head + 3 * unit : 4 * head + 6 * unit));
  },
  address({ variables }) {
    const unit = unitOf(variables);
    return Math.ceil(5 * fieldHeight(unit) + 4 * 3 * unit);
  },
  linkAuthentication({ variables }) {
    return Math.ceil(fieldHeight(unitOf(variables)));
  },
  expressCheckout({ buttonHeight }) {
    return Number(buttonHeight) || 44;
  },
  card({ style }) {
    return Math.ceil(1.25 * (Number.parseFloat(style?.base?.fontSize) || 16));
  },
};

function unitOf(variables) {
  return Number.parseFloat(variables.spacingUnit) || 4;
}

function fieldHeight(unit) {
  return 18 + unit + 20 + 6 * unit;
}
