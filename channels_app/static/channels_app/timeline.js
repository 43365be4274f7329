// The list of what was said. Everything from the wire goes in as text, never as markup.

import { describeContent } from "./content.js";
import { fill } from "./words.js";

const MOST_EVENTS = 300;
const CLOSE_TO_END_PX = 96;

/** Keeps the events of one room in order of their index, each shown once. */
export class Timeline {
  #host;
  #settings;
  #words;
  #log;
  #list;
  #items = new Map();
  #time;
  #day;

  constructor(host, settings) {
    this.#host = host;
    this.#settings = settings;
    this.#words = settings.words;
    this.#log = host.querySelector("[data-part=log]");
    this.#list = host.querySelector("[data-part=events]");
    const form = (options) => new Intl.DateTimeFormat(settings.language, options);
    this.#time = form({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.#day = form({ weekday: "long", day: "numeric", month: "long" });
  }

  get oldestIndex() {
    const first = this.#list.querySelector("[data-index]");
    return first ? Number(first.dataset.index) : null;
  }

  has(eventId) {
    return this.#items.get(eventId)?.dataset.index !== undefined;
  }

  isOwn(event) {
    return event.source.participant_id === this.#settings.participantId;
  }

  /** The name of whoever said something. */
  authorOf(source) {
    if (source.participant_id === this.#settings.participantId) return this.#words.you;
    return source.channel_type === "ai" ? this.#words.agent : this.#words.team;
  }

  /** Show a stored event; return its item if it was not shown before. */
  show(event) {
    if (event.type === "edit" || event.type === "delete") return this.#change(event), null;
    if (event.type !== "message" && event.type !== "system") return null;
    const known = this.#items.get(event.id);
    const isNew = known?.dataset.index === undefined;
    const item = known ?? this.#make(event.source, event.created_at);
    this.#items.set(event.id, item);
    item.dataset.index = event.index;
    delete item.dataset.streaming;
    this.#fill(item, event);
    if (item.dataset.side === "own" && item.dataset.state !== "read") this.#setState(item, "sent");
    this.#keepingPlace(() => this.#place(item));
    return isNew ? item : null;
  }

  /** Show a message that is still on its way. */
  showUnsent(message) {
    const source = { participant_id: this.#settings.participantId };
    const item = this.#items.get(message.id) ?? this.#make(source, message.at);
    this.#items.set(message.id, item);
    item.dataset.unsent = message.id;
    item.querySelector(".rk-chat-bubble").textContent = message.body;
    this.#setState(item, message.fault ? "failed" : "sending", message.fault);
    if (!item.isConnected) this.#keepingPlace(() => this.#place(item), true);
    return item;
  }

  /** A message was stored: it takes its place, unless the replay has shown it already. */
  confirm(ack, blocked) {
    const item = this.#items.get(ack.id);
    if (!item) return;
    this.#items.delete(ack.id);
    delete item.dataset.unsent;
    if (this.has(ack.event_id)) return item.remove(), this.#arrange();
    this.#items.set(ack.event_id, item);
    if (ack.index != null) item.dataset.index = ack.index;
    this.#setState(item, blocked ? "failed" : "sent", blocked);
    this.#keepingPlace(() => this.#place(item));
  }

  /** Somebody else has read everything up to an index. */
  markRead(index) {
    const time = this.#time.format(new Date());
    for (const item of this.#list.querySelectorAll('[data-state="sent"]')) {
      const sentence = fill(this.#words.read, { time });
      if (Number(item.dataset.index) <= index) this.#setState(item, "read", sentence);
    }
  }

  /** Show an answer in the making; it only ever grows. */
  showStream(frame, source) {
    if (this.has(frame.event_id)) return;
    let item = this.#items.get(frame.event_id);
    this.#keepingPlace(() => {
      if (!item) {
        item = this.#make(source ?? { channel_type: "ai" }, new Date().toISOString());
        item.dataset.streaming = frame.stream_id;
        this.#items.set(frame.event_id, item);
        this.#place(item);
      }
      item.querySelector(".rk-chat-bubble").textContent = frame.text;
    });
  }

  /** Take back an answer that came to nothing; a stored one stays. */
  dropStream(eventId) {
    if (this.has(eventId)) return;
    this.#items.get(eventId)?.remove();
    this.#items.delete(eventId);
  }

  dropStreams() {
    for (const [id, item] of this.#items) if (item.dataset.streaming) this.dropStream(id);
  }

  /** Put a sentence between the messages. */
  say(sentence) {
    const line = this.#stamp("line");
    line.querySelector("span").textContent = sentence;
    this.#keepingPlace(() => this.#list.append(line));
  }

  // --- keeping the reader's place

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < CLOSE_TO_END_PX;
  }

  goToEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Stay at the end while the composer grows, a telephone's keyboard opens or a window shrinks. */
  followWhenResized() {
    let wasAtEnd = true;
    this.#log.addEventListener("scroll", () => (wasAtEnd = this.isAtEnd), { passive: true });
    new ResizeObserver(() => wasAtEnd && this.goToEnd()).observe(this.#log);
  }

  /** Change the list without moving what the reader looks at, but follow along at the end. */
  #keepingPlace(change, alwaysFollow = false) {
    const follow = alwaysFollow || this.isAtEnd;
    change();
    if (follow) this.goToEnd();
  }

  /** Put older events on top; the ones in view stay where they are. */
  prepend(events) {
    const fromEnd = this.#log.scrollHeight - this.#log.scrollTop;
    for (const event of events) this.show(event);
    this.#log.scrollTop = this.#log.scrollHeight - fromEnd;
  }

  // --- items

  #make(source, at) {
    const own = source.participant_id === this.#settings.participantId;
    const item = this.#stamp(own ? "own" : source.channel_type === "ai" ? "agent" : "person");
    item.dataset.at = at;
    item.dataset.author = own ? "own" : `${source.channel_type}:${source.participant_id ?? ""}`;
    if (own) return item;
    item.querySelector("b").textContent = this.authorOf(source);
    const time = item.querySelector("time");
    time.dateTime = at;
    time.textContent = this.#time.format(new Date(at));
    return item;
  }

  #stamp(name) {
    const template = this.#host.querySelector(`template[data-part=${name}]`);
    return template.content.firstElementChild.cloneNode(true);
  }

  #fill(item, event) {
    const bubble = item.querySelector(".rk-chat-bubble");
    item.toggleAttribute("data-gone", Boolean(event.metadata.deleted));
    if (event.metadata.deleted) bubble.textContent = this.#words.deleted;
    else bubble.replaceChildren(...describeContent(event.content, this.#words));
    const note = item.querySelector(".rk-chat-foot span");
    if (item.dataset.side === "own") return;
    const { interrupted, edited } = this.#words;
    note.textContent = event.metadata.interrupted ? interrupted : event.metadata.edited ? edited : "";
  }

  #change(event) {
    const item = this.#items.get(event.content.target_event_id);
    if (!item) return;
    const content = event.content.new_content;
    const metadata = event.type === "delete" ? { deleted: true } : { edited: true };
    this.#keepingPlace(() => this.#fill(item, { content, metadata }));
  }

  #setState(item, state, sentence) {
    const time = this.#time.format(new Date(item.dataset.at));
    const words = { sending: this.#words.sending, sent: fill(this.#words.sent, { time }) };
    item.dataset.state = state;
    item.querySelector(".rk-chat-foot span").textContent = sentence ?? words[state];
    item.querySelector(".rk-chat-foot button").hidden = !(state === "failed" && item.dataset.unsent);
  }

  /** Insert by index; what has none yet stands at the end. */
  #place(item) {
    const index = item.dataset.index === undefined ? Infinity : Number(item.dataset.index);
    let before = null;
    for (let each = this.#list.lastElementChild; each; each = each.previousElementSibling) {
      if (each === item || each.dataset.author === undefined) continue;
      const other = each.dataset.index === undefined ? Infinity : Number(each.dataset.index);
      if (other <= index) break;
      before = each;
    }
    if (before) this.#list.insertBefore(item, before);
    else this.#list.append(item);
    this.#arrange();
  }

  /** Draw the day rules, join what one author said in a row, and let the oldest go. */
  #arrange() {
    this.#list.querySelectorAll("[data-day]").forEach((rule) => rule.remove());
    const items = [...this.#list.querySelectorAll("[data-author]")];
    for (const old of items.splice(0, Math.max(0, items.length - MOST_EVENTS))) this.#forget(old);
    let last = null;
    for (const item of items) {
      const newDay = !last || day(last) !== day(item);
      if (newDay) this.#list.insertBefore(this.#dayRule(item.dataset.at), item);
      item.toggleAttribute("data-follows", !newDay && last.dataset.author === item.dataset.author);
      item.removeAttribute("data-newest-own");
      last = item;
    }
    items.findLast((item) => item.dataset.side === "own")?.setAttribute("data-newest-own", "");
  }

  #forget(item) {
    for (const [id, known] of this.#items) if (known === item) this.#items.delete(id);
    item.remove();
  }

  #dayRule(at) {
    const rule = this.#stamp("day");
    rule.dataset.day = at;
    const daysAgo = Math.round((startOfDay(new Date()) - startOfDay(new Date(at))) / 86_400_000);
    const names = [this.#words.today, this.#words.yesterday];
    rule.querySelector("span").textContent = names[daysAgo] ?? this.#day.format(new Date(at));
    return rule;
  }
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function day(item) {
  return startOfDay(new Date(item.dataset.at));
}
