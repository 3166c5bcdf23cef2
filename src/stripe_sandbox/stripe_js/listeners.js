// Who listens to what. A handler may come, go and listen once; what it throws stays its own trouble.

class Listeners {
  constructor(events, what) {
    this._events = events;
    this._what = what;
    this._handlers = new Map();
  }

  on(event, handler) {
    require(this._events.includes(event), `The event '${event}' is not an event of ${this._what}.`);
    require(typeof handler === 'function', 'The second argument of on() must be a function.');
    if (!this._handlers.has(event)) this._handlers.set(event, new Set());
    this._handlers.get(event).add(handler);
    return this;
  }

  off(event, handler) {
    for (const known of this._handlers.get(event) ?? []) {
      if (!handler || known === handler || known.instead === handler) this._handlers.get(event).delete(known);
    }
    return this;
  }

  once(event, handler) {
    const wrapped = (detail) => {
      this.off(event, wrapped);
      handler(detail);
    };
    wrapped.instead = handler;
    return this.on(event, wrapped);
  }

  _listensTo(event) {
    return (this._handlers.get(event)?.size ?? 0) > 0;
  }

  _emit(event, detail) {
    for (const handler of [...(this._handlers.get(event) ?? [])]) {
      try {
        handler(detail);
      } catch (error) {
        setTimeout(() => { throw error; }); // seen in the console, and the others still hear
      }
    }
  }
}
