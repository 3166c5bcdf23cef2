// The bank's 3-D Secure challenge in a modal dialog. Escape is a "no" to the challenge, and is told to the
// bank as one.

// Resolves when the challenge is over, however it ended; ask the API for the outcome.
function runChallenge(address, locale) {
  const url = new URL(address);
  url.searchParams.set('locale', languageOf(locale));
  url.searchParams.set('origin', window.location.origin);
  return new Promise((resolve) => {
    const finish = () => {
      dialog.close();
      resolve();
    };
    const dialog = openDialog({
      url, name: '__privateStripeFrameChallenge', title: '3D Secure authentication', speaks: 'challenge',
      hear: (said) => { if (said.type === 'done') finish(); },
      refuse: async () => {
        await failChallenge(url);
        finish();
      },
    });
  });
}

async function failChallenge(url) {
  const body = new URLSearchParams({ outcome: 'fail' });
  try {
    await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'omit', body });
  } catch {
    // The page then finds the payment still waiting for the challenge, and says so.
  }
}
