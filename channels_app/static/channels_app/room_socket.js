// One connection to one room: it reconnects by itself, asks for what it missed, and falls back to
// plain HTTP where sockets are blocked. Every stored event is reported at least once; whoever
// listens tells them apart by their id.

const BACKFILL = 100;
const FIRST_DELAY_MS = 500;
// Somebody who looks at the page waits for it; one in the background may take its time.
const LONGEST_DELAY_MS = 5_000;
const LONGEST_HIDDEN_DELAY_MS = 60_000;
const SAY_RECONNECTING_AFTER_MS = 1_500;
const PROBE_EVERY_MS = 45_000;
const PROBE_ANSWER_MS = 6_000;
const POLL_EVERY_MS = 3_000;
const POLLS_BEFORE_SOCKET = 10;
const TRIES_BEFORE_POLLING = 3;

const FINAL_CLOSES = { 4401: "signedOut", 4403: "noRoom", 4404: "noRoom" };
const FINAL_STATUSES = { 401: "signedOut", 403: "signedOut", 404: "noRoom" };

/** Fires `frame` (detail: the frame) and `state` (detail: the state's name). */
export class RoomSocket extends EventTarget {
  #settings;
  #csrfToken;
  #socket = null;
  #high;
  #tries = 0;
  #wasOpen = false;
  #resuming = false;
  #timers = new Map();

  /** @param {{socketPath: string, eventsPath: string, messagesPath: string, latestIndex: number}} settings */
  constructor(settings, csrfToken) {
    super();
    this.#settings = settings;
    this.#csrfToken = csrfToken;
    this.#high = Math.max(-1, settings.latestIndex - BACKFILL);
    this.state = "connecting";
  }

  /** Begin, and go on until the server says that it is over. */
  start() {
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#goOffline());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    this.#connect();
  }

  /** Whether something said now goes out at once. */
  get canSend() {
    return this.state === "live" || this.state === "polling";
  }

  /** Say something; the answer is an `ack` or `error` frame with this id. */
  async say(id, body) {
    if (this.state === "polling") await this.#post(id, body);
    else this.send({ type: "message", id, body });
  }

  /** Send a frame if the socket is open; typing and read marks need no more than that. */
  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  // --- the socket

  #connect() {
    if (this.state === "ended" || this.#socket) return;
    this.#resuming = true;
    const address = new URL(`${this.#settings.socketPath}?after=${this.#high}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(socket, event.code);
  }

  #receive(frame) {
    this.#after("answer", null);
    if (frame.type === "hello") this.#opened();
    else if (frame.type === "resumed") this.#resumed(frame);
    else this.#track(frame);
    this.#report(frame);
  }

  #opened() {
    this.#wasOpen = true;
    this.#tries = 0;
    this.#after("poll", null);
    this.#after("probe", () => this.#probe(), PROBE_EVERY_MS);
  }

  #resumed(frame) {
    this.#resuming = false;
    this.#high = Math.max(this.#high, frame.latest_index);
    this.#become("live");
  }

  /** Follow the timeline; a hole means that something was missed, or was not for us to see. */
  #track(frame) {
    const index = frame.index ?? frame.event?.index;
    if (!["event", "ack", "stream_end"].includes(frame.type) || index == null) return;
    if (index === this.#high + 1) this.#high = index;
    else if (index > this.#high + 1 && !this.#resuming) this.#resume();
  }

  #resume() {
    this.#resuming = true;
    this.send({ type: "resume", after: this.#high });
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#after("probe", null);
    this.#after("answer", null);
    if (code in FINAL_CLOSES) return this.#end(FINAL_CLOSES[code]);
    if (!navigator.onLine) return this.#become("offline");
    this.#retry();
  }

  #retry() {
    this.#tries += 1;
    if (!this.#wasOpen && this.#tries >= TRIES_BEFORE_POLLING) return this.#startPolling();
    if (this.state === "live") {
      // Most cuts are over before anybody has to be told.
      this.state = "retrying";
      this.#after("say", () => this.#become("reconnecting"), SAY_RECONNECTING_AFTER_MS);
    } else if (this.state === "offline") {
      this.#become("reconnecting");
    }
    const longest = document.hidden ? LONGEST_HIDDEN_DELAY_MS : LONGEST_DELAY_MS;
    const delay = Math.min(longest, FIRST_DELAY_MS * 2 ** (this.#tries - 1));
    this.#after("connect", () => this.#connect(), delay * (0.5 + Math.random() / 2));
  }

  /** Ask whether the line still carries: a socket can be dead for minutes without knowing it. */
  #probe() {
    this.#after("probe", () => this.#probe(), PROBE_EVERY_MS);
    if (document.hidden || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#resume();
    this.#after("answer", () => this.#socket?.close(4000), PROBE_ANSWER_MS);
  }

  #wake() {
    if (this.state === "ended") return;
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#probe();
    this.#after("connect", null);
    this.#connect();
  }

  #goOffline() {
    if (this.state === "ended") return;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#become("offline");
  }

  // --- without sockets

  #startPolling() {
    this.#become("polling");
    this.#poll(POLLS_BEFORE_SOCKET);
  }

  async #poll(left) {
    await this.#fetchMissed().catch(() => {});
    if (this.state !== "polling") return;
    if (left <= 0) this.#connect();
    this.#after("poll", () => this.#poll(left > 0 ? left - 1 : POLLS_BEFORE_SOCKET), POLL_EVERY_MS);
  }

  async #fetchMissed() {
    for (let more = true; more; ) {
      const page = await this.#ask(`${this.#settings.eventsPath}?after=${this.#high}`);
      if (!page) return;
      for (const event of page.events) this.#report({ type: "event", event });
      this.#high = Math.max(this.#high, page.latest_index);
      more = page.more;
    }
  }

  /** Return a page of older events, or null. */
  fetchBefore(index) {
    return this.#ask(`${this.#settings.eventsPath}?before=${index}&limit=50`);
  }

  async #ask(path) {
    const answer = await fetch(path, { headers: { Accept: "application/json" } });
    if (answer.status in FINAL_STATUSES) this.#end(FINAL_STATUSES[answer.status]);
    return answer.ok ? answer.json() : null;
  }

  async #post(id, body) {
    const answer = await fetch(this.#settings.messagesPath, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.#csrfToken },
      body: JSON.stringify({ id, body }),
    }).catch(() => null);
    const result = await answer?.json().catch(() => null);
    if (answer?.ok) this.#report({ type: "ack", ...result });
    else this.#report({ type: "error", id, code: result?.code ?? "internal", message: result?.detail ?? "" });
  }

  // --- telling

  #end(reason) {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.reason = reason;
    this.#become("ended");
  }

  #become(state) {
    this.#after("say", null);
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #report(frame) {
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** Keep at most one timer of each name; a null action only clears it. */
  #after(name, action, ms) {
    clearTimeout(this.#timers.get(name));
    if (action) this.#timers.set(name, setTimeout(action, ms));
    else this.#timers.delete(name);
  }
}
