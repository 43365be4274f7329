// What was said and has not been acknowledged: kept in this browser, sent again with the same id.

/** A message on its way: {id, body, at, fault?}. `fault` says why it will not go by itself. */
export class Unsent {
  #key;

  constructor(roomId) {
    this.#key = `rk-unsent:${roomId}`;
  }

  /** Return the messages in the order in which they were said. */
  list() {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? "[]");
    } catch {
      return [];
    }
  }

  add(body) {
    const message = { id: freshId(), body, at: new Date().toISOString() };
    this.#write([...this.list(), message]);
    return message;
  }

  remove(id) {
    this.#write(this.list().filter((message) => message.id !== id));
  }

  /** Note why a message did not go; an empty fault lets it go again. */
  mark(id, fault) {
    this.#write(this.list().map((message) => (message.id === id ? { ...message, fault } : message)));
  }

  #write(messages) {
    try {
      if (messages.length) localStorage.setItem(this.#key, JSON.stringify(messages));
      else localStorage.removeItem(this.#key);
    } catch {
      // Private windows may refuse storage: the message is then kept by the open page only.
    }
  }
}

/** The text being written, kept over a reload. */
export class Draft {
  #key;

  constructor(roomId) {
    this.#key = `rk-draft:${roomId}`;
  }

  read() {
    try {
      return localStorage.getItem(this.#key) ?? "";
    } catch {
      return "";
    }
  }

  write(text) {
    try {
      if (text) localStorage.setItem(this.#key, text);
      else localStorage.removeItem(this.#key);
    } catch {
      // See above: without storage a reload loses the draft, nothing else.
    }
  }
}

/** 128 random bits; crypto.randomUUID exists on secure origins only. */
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
