// What was said and has not been acknowledged, and what is being written. Both belong to one tab:
// two tabs that share them would send each other's messages.

/** Text under a name that outlives a reload; where a browser keeps nothing, the open page does. */
class Kept {
  #name;
  #text = null;

  constructor(name) {
    this.#name = name;
    try {
      this.#text = sessionStorage.getItem(name);
    } catch {
      // Storage may be switched off: a reload then forgets, nothing else changes.
    }
  }

  read() {
    return this.#text;
  }

  write(text) {
    this.#text = text;
    try {
      if (text) sessionStorage.setItem(this.#name, text);
      else sessionStorage.removeItem(this.#name);
    } catch {
      // See above; it may also be full.
    }
  }
}

/** Messages on their way: {id, body, at, fault?}. `fault` says why one will not go by itself. */
export class Unsent {
  #kept;

  constructor(roomId) {
    this.#kept = new Kept(`rk-unsent:${roomId}`);
  }

  /** Return the messages in the order in which they were said. */
  list() {
    return JSON.parse(this.#kept.read() || "[]");
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
    this.#kept.write(messages.length ? JSON.stringify(messages) : "");
  }
}

/** The text being written. */
export class Draft {
  #kept;

  constructor(roomId) {
    this.#kept = new Kept(`rk-draft:${roomId}`);
  }

  read() {
    return this.#kept.read() ?? "";
  }

  write(text) {
    this.#kept.write(text);
  }
}

/** 128 random bits; crypto.randomUUID exists on secure origins only. */
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
