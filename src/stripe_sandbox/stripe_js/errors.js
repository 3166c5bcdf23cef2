// Two kinds of trouble. Wrong use of the library throws an IntegrationError, because only a programmer can
// help. Everything a customer can meet resolves to `{ error }`, because the page must say something.

class IntegrationError extends Error {
  constructor(message) {
    super(message);
    this.name = 'IntegrationError';
  }
}

function require(condition, message) {
  if (!condition) throw new IntegrationError(message);
}

function refusal(type, code, message) {
  const error = { type, message };
  if (code) error.code = code;
  return error;
}

// The sentence for the customer in their language; what we have no words for keeps the API's own.
function inLanguage(error, locale) {
  const words = MESSAGES[languageOf(locale)];
  const known = error.decline_code ? [error.decline_code, error.code] : [error.code];
  const code = known.find((name) => name && words[name]);
  return code ? { ...error, message: words[code] } : error;
}

function languageOf(locale) {
  const wanted = !locale || locale === 'auto' ? navigator.language || 'en' : String(locale);
  const language = wanted.toLowerCase().split('-')[0];
  return Object.hasOwn(MESSAGES, language) ? language : 'en';
}
