// A Checkout Session as the shop's page gets it: every amount as a number and as written, in camelCase.

const NO_DECIMALS = [
  'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf',
];
const THREE_DECIMALS = ['bhd', 'jod', 'kwd', 'omr', 'tnd'];

function pageSession(page, locale) {
  const { currency } = page;
  const amount = (minor) => writtenAmount(minor ?? 0, currency, locale);
  const details = page.customer_details ?? {};
  const shipping = page.collected_information?.shipping_details ?? null;
  const error = page.payment_intent?.last_payment_error ?? page.setup_intent?.last_setup_error;
  return {
    id: page.id, livemode: page.livemode, currency, currencyOptions: null, minorUnitsAmountDivisor: 10 ** decimals(currency),
    businessName: page.branding_settings?.display_name ?? null,
    email: details.email ?? page.customer_email ?? null, phoneNumber: details.phone ?? null,
    nameCollection: page.name_collection
      ? { individualName: details.individual_name ?? null, businessName: details.business_name ?? null } : null,
    billingAddress: contactOf(details), shippingAddress: contactOf(shipping),
    canConfirm: page.status === 'open' && (page.requires ?? []).length === 0,
    status: statusOf(page), lastPaymentError: error ? { message: error.message } : null,
    lineItems: page.line_items.data.map((line) => lineOf(line, amount, locale)),
    optionalItems: page.optional_items?.map((item) => optionalOf(item, amount)) ?? null,
    shippingOptions: page.shipping_options.map((option) => shippingOption(option, locale)),
    shipping: shippingOf(page, locale),
    discountAmounts: (page.discounts ?? []).map((one) => discountOf(one, amount)),
    taxAmounts: (page.total_details?.breakdown?.taxes ?? []).map((one) => taxOf(one, amount)),
    tax: { status: page.tax_status ?? 'ready' }, taxIdInfo: taxIdOf(details),
    savedPaymentMethods: (page.saved_payment_methods ?? []).filter(({ type }) => type === 'card').map(savedMethod),
    total: totalOf(page, amount), recurring: null, surcharge: null,
  };
}

function decimals(currency) {
  return NO_DECIMALS.includes(currency) ? 0 : THREE_DECIMALS.includes(currency) ? 3 : 2;
}

function writtenAmount(minor, currency, locale) {
  const places = decimals(currency ?? 'usd');
  if (!currency) return { minorUnitsAmount: minor, amount: String(minor) };
  const format = { style: 'currency', currency: currency.toUpperCase(), minimumFractionDigits: places, maximumFractionDigits: places };
  return { minorUnitsAmount: minor, amount: new Intl.NumberFormat(locale, format).format(minor / 10 ** places) };
}

function contactOf(given) {
  if (!given?.address?.country) return null;
  return { name: given.name ?? null, address: { ...given.address } };
}

function statusOf({ status, payment_status: paymentStatus }) {
  return status === 'complete' ? { type: 'complete', paymentStatus } : { type: status };
}

function lineOf(line, amount) {
  const { price } = line;
  const taxes = line.taxes ?? [];
  const sum = (inclusive) => taxes.filter((one) => isInclusive(one) === inclusive).reduce((total, one) => total + one.amount, 0);
  const range = line.adjustable_quantity;
  return {
    id: line.id, name: line.description ?? price.product.name, description: price.product.description ?? null,
    quantity: line.quantity, priceId: price.id, images: price.product.images ?? [], unitLabel: price.product.unit_label ?? null,
    unitAmount: amount(price.unit_amount), unitAmountDecimal: null,
    subtotal: amount(line.amount_subtotal), discount: amount(line.amount_discount), total: amount(line.amount_total),
    taxExclusive: amount(sum(false)), taxInclusive: amount(sum(true)),
    discountAmounts: (line.discounts ?? []).map((one) => discountOf(one, amount)), taxAmounts: taxes.map((one) => taxOf(one, amount)),
    adjustableQuantity: range?.enabled ? { minimum: range.minimum ?? 0, maximum: range.maximum ?? 99 } : null,
    isRemovable: Boolean(range?.enabled && !range.minimum), recurring: null, pricing: null, transformQuantity: null,
  };
}

function optionalOf({ price, quantity, adjustable_quantity: range, selected }, amount) {
  return {
    priceId: price.id, name: price.product.name, description: price.product.description ?? null,
    unitAmount: amount(price.unit_amount), unitAmountDecimal: null, unitLabel: price.product.unit_label ?? null, quantity,
    adjustableQuantity: range?.enabled ? { minimum: range.minimum ?? 0, maximum: range.maximum ?? 99 } : null,
    recurring: null, images: price.product.images ?? [], isSelected: selected,
  };
}

function shippingOption({ shipping_rate: rate, shipping_amount: cost }, locale) {
  const currency = rate.fixed_amount?.currency;
  const bound = (one) => (one ? { unit: one.unit, value: one.value } : null);
  const estimate = rate.delivery_estimate;
  return {
    id: rate.id, currency, displayName: rate.display_name ?? null, ...writtenAmount(cost, currency, locale),
    deliveryEstimate: estimate ? { minimum: bound(estimate.minimum), maximum: bound(estimate.maximum) } : null,
  };
}

function shippingOf(page, locale) {
  const chosen = page.shipping_options.find((option) => option.selected);
  return chosen ? { shippingOption: shippingOption(chosen, locale), taxAmounts: null } : null;
}

function discountOf(one, amount) {
  const coupon = one.coupon ?? one.discount?.source?.coupon ?? {};
  return {
    ...amount(one.amount), displayName: coupon.name ?? one.promotion_code?.code ?? coupon.id ?? '',
    promotionCode: one.promotion_code?.code ?? null, recurring: null, percentOff: coupon.percent_off ?? null,
  };
}

function isInclusive(tax) {
  return Boolean(tax.rate?.inclusive);
}

function taxOf(one, amount) {
  return {
    ...amount(one.amount), inclusive: isInclusive(one), displayName: one.rate?.display_name ?? '',
    percentage: one.rate?.percentage ?? undefined,
  };
}

function taxIdOf({ tax_ids: ids, business_name: name }) {
  const [taxId] = ids ?? [];
  return taxId ? { taxId: { type: taxId.type, value: taxId.value }, businessName: name ?? '' } : null;
}

function savedMethod({ id, type, card, billing_details: billingDetails }) {
  const { brand, exp_month: expMonth, exp_year: expYear, last4 } = card;
  return { id, type, card: { brand, expMonth, expYear, last4 }, billingDetails };
}

function totalOf(page, amount) {
  const totals = page.total_details ?? {};
  const taxes = totals.breakdown?.taxes ?? [];
  const inclusive = taxes.filter(isInclusive).reduce((sum, one) => sum + one.amount, 0);
  return {
    subtotal: amount(page.amount_subtotal), discount: amount(totals.amount_discount), shippingRate: amount(totals.amount_shipping),
    taxInclusive: amount(inclusive), taxExclusive: amount((totals.amount_tax ?? 0) - inclusive), total: amount(page.amount_total),
    appliedBalance: amount(0), balanceAppliedToNextInvoice: false, surcharge: amount(0),
  };
}
