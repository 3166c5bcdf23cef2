// Passkeys: what can't be done without a script, because only a script may ask the browser for one.
class Passkey extends HTMLElement {
  connectedCallback() {
    const known = location.hostname === this.dataset.rp || location.hostname.endsWith(`.${this.dataset.rp}`);
    if (!known || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    this.button = this.querySelector("button");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.ask());
    this.offered?.();
  }

  // `quiet`: nobody has pressed anything, so nobody waits for a word.
  async ask(quiet = false) {
    this.waiting?.abort();
    this.picked = false;
    const mine = (this.waiting = new AbortController());
    this.say("");
    try {
      await this.ceremony(mine.signal, quiet);
    } catch (error) {
      if (mine.signal.aborted || (quiet && !this.picked)) return;
      const word = error.name === "InvalidStateError" ? this.there : this.not;
      this.say(error instanceof DOMException ? word : error.message);
    }
  }

  async send(address, body) {
    const answer = await fetch(document.documentElement.dataset.at + address, {
      method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ csrf_token: this.dataset.csrf, ...body }),
    }).catch(() => { throw new Error(this.words.silent); });
    const said = await answer.json();
    if (said.sign_in) location.assign(said.sign_in);
    if (!answer.ok) throw new Error(said.detail);
    return said;
  }

  get words() {
    return JSON.parse(this.dataset.words);
  }

  say(words) {
    this.querySelector("[data-said]").textContent = words;
  }
}

// Signs in: by the button, or from what the browser offers in the e-mail field.
customElements.define("passkey-login", class extends Passkey {
  get not() { return this.words.unused; }

  async offered() {
    if (await PublicKeyCredential.isConditionalMediationAvailable?.()) this.ask(true);
  }

  async ceremony(signal, quiet) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await this.send("/login/passkey/options"));
    const credential = await navigator.credentials.get({ publicKey, signal, mediation: quiet ? "conditional" : "optional" });
    this.picked = true;
    location.assign((await this.send("/login/passkey", { credential: credential.toJSON(), next: this.dataset.next })).next);
  }
});

// Has the browser make one for the account that is signed in.
customElements.define("passkey-add", class extends Passkey {
  get not() { return this.words.unmade; }

  get there() { return this.words.there; }

  async ceremony(signal) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await this.send("/account/passkeys/options"));
    const credential = await navigator.credentials.create({ publicKey, signal });
    location.assign((await this.send("/account/passkeys", { credential: credential.toJSON() })).next);
  }
});
