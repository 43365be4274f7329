// <rk-chat>: the chat page of one visitor, around a socket, a timeline and a composer.

import { RoomSocket } from "./room_socket.js";
import { Timeline } from "./timeline.js";
import { Draft, Unsent } from "./unsent.js";
import { fill } from "./words.js";

const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 5_000;
const WRITING_FADES_MS = 8_000;
const RETRY_MS = 3_000;
const GOOD_NEWS_MS = 4_000;
const ANSWER_GRACE_MS = 1_500;
const NEAR_LIMIT = 0.9;
// Refusals that pass by themselves; everything else waits for a person.
const PASSING = ["internal", "rate_limited"];

class Chat extends HTMLElement {
  connectedCallback() {
    this.settings = JSON.parse(document.getElementById("rk-chat-settings").textContent);
    this.words = this.settings.words;
    this.unsent = new Unsent(this.settings.roomId);
    this.draft = new Draft(this.settings.roomId);
    this.timeline = new Timeline(this, this.settings);
    this.socket = new RoomSocket(this.settings, this.dataset.csrfToken);
    this.timers = new Map();
    this.sources = new Map();
    this.readIndex = -1;
    this.addedSinceCut = null;
    this.#wire();
    for (const message of this.unsent.list()) this.timeline.showUnsent(message);
    this.socket.start();
  }

  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #wire() {
    const text = this.part("text");
    text.value = this.draft.read();
    text.addEventListener("input", () => this.#wrote());
    text.addEventListener("keydown", (event) => this.#pressed(event));
    this.part("composer").addEventListener("submit", (event) => this.#submitted(event));
    this.part("new").addEventListener("click", () => this.timeline.goToEnd());
    this.part("earlier").addEventListener("click", () => this.#showEarlier());
    this.part("events").addEventListener("click", (event) => this.#tryAgain(event));
    this.timeline.followWhenResized();
    this.part("log").addEventListener("scroll", () => this.#looked(), { passive: true });
    document.addEventListener("visibilitychange", () => this.#looked());
    this.socket.addEventListener("frame", (event) => this.#receive(event.detail));
    this.socket.addEventListener("state", (event) => this.#showState(event.detail));
    this.#measure();
  }

  // --- what comes in

  #receive(frame) {
    const receivers = {
      event: () => this.#showEvent(frame.event),
      ack: () => this.#confirm(frame),
      error: () => this.#refused(frame),
      typing: () => this.#showWriting(frame.is_typing && this.words.personWriting),
      read: () => this.#noteRead(frame),
      stream_start: () => this.#startStream(frame),
      stream_chunk: () => this.#growStream(frame),
      stream_end: () => this.#showEvent(frame.event),
      stream_error: () => this.#breakStream(frame),
      hello: () => (this.isFresh = true),
      resumed: () => this.isFresh && this.#caughtUp(),
    };
    receivers[frame.type]?.();
  }

  #showEvent(event) {
    this.sources.delete(event.id);
    const follow = this.timeline.isAtEnd;
    const item = this.timeline.show(event);
    if (!item) return;
    if (this.addedSinceCut !== null) this.addedSinceCut += 1;
    if (this.timeline.isOwn(event)) return;
    this.#showWriting(null);
    // Two that were stored at the same moment may come in either order.
    if (!(this.latestOther?.index > event.index)) this.latestOther = event;
    if (!follow) this.part("new").hidden = false;
    if (this.socket.state === "live") {
      const said = item.querySelector(".rk-chat-bubble").textContent;
      this.#speak(`${this.timeline.authorOf(event.source)}: ${said}`);
    }
    this.#looked();
  }

  #noteRead(frame) {
    if (frame.channel_id !== this.settings.channelId) this.timeline.markRead(frame.index);
  }

  #startStream(frame) {
    this.sources.set(frame.event_id, frame.source);
    if (this.timeline.has(frame.event_id)) return;
    this.#showWriting(this.words.agentWriting);
    this.#speak(this.words.agentWriting);
  }

  #growStream(frame) {
    this.#showWriting(null);
    this.timeline.showStream(frame, this.sources.get(frame.event_id));
  }

  #breakStream(frame) {
    this.#showWriting(null);
    this.timeline.dropStream(frame.event_id);
    const { answerWithdrawn, answerFailed } = this.words;
    const say = () => this.timeline.say(frame.error === "blocked" ? answerWithdrawn : answerFailed);
    // What was shown of a broken answer may have been stored: then it comes as an event.
    this.#after("broken", () => this.timeline.has(frame.event_id) || say(), ANSWER_GRACE_MS);
  }

  /** A connection is new and nothing is missing any more. */
  #caughtUp() {
    this.isFresh = false;
    // Answers that are still being written are shown again by the frames that follow.
    this.timeline.dropStreams();
    this.#offerEarlier();
    for (const message of this.unsent.list()) if (!message.fault) this.#send(message);
  }

  #confirm(ack) {
    this.unsent.remove(ack.id);
    this.timeline.confirm(ack, ack.blocked && fill(this.words.heldBack, { reason: ack.blocked }));
  }

  #refused(frame) {
    const message = this.unsent.list().find((each) => each.id === frame.id);
    if (!message) return;
    if (PASSING.includes(frame.code)) {
      this.#after(`again-${frame.id}`, () => this.#send(message), RETRY_MS);
      return;
    }
    const reason = frame.code === "room_closed" ? this.words.closed : frame.message;
    this.unsent.mark(frame.id, fill(this.words.notSent, { reason }));
    this.timeline.showUnsent(this.unsent.list().find((each) => each.id === frame.id));
    if (frame.code === "room_closed") this.#showBar(this.words.closed, "closed", this.words.startNew);
  }

  // --- what goes out

  #submitted(event) {
    event.preventDefault();
    const body = this.part("text").value.trim();
    if (!body || this.#isTooLong()) return;
    this.part("text").value = "";
    this.#wrote();
    this.#stopTyping();
    const message = this.unsent.add(body);
    this.timeline.showUnsent(message);
    this.part("text").focus();
    this.#send(message);
  }

  #send(message) {
    if (this.socket.canSend) this.socket.say(message.id, message.body);
  }

  #tryAgain(event) {
    const item = event.target.closest("button") && event.target.closest("[data-unsent]");
    if (!item) return;
    this.unsent.mark(item.dataset.unsent, "");
    const message = this.unsent.list().find((each) => each.id === item.dataset.unsent);
    this.timeline.showUnsent(message);
    this.#send(message);
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.part("composer").requestSubmit();
  }

  #wrote() {
    this.draft.write(this.part("text").value);
    this.#measure();
    if (!this.part("text").value.trim()) return this.#stopTyping();
    this.#after("typing-ends", () => this.#stopTyping(), TYPING_ENDS_MS);
    if (this.timers.has("typing")) return;
    this.socket.send({ type: "typing", is_typing: true });
    this.#after("typing", () => this.timers.delete("typing"), TYPING_EVERY_MS);
  }

  #stopTyping() {
    if (!this.timers.has("typing-ends")) return;
    this.#after("typing-ends", null);
    this.#after("typing", null);
    this.socket.send({ type: "typing", is_typing: false });
  }

  #isTooLong() {
    return this.part("text").value.trim().length > this.settings.maxLength;
  }

  /** Size the field to its text, and say so when the text gets too long. */
  #measure() {
    const text = this.part("text");
    if (!CSS.supports("field-sizing", "content")) {
      text.style.blockSize = "auto";
      text.style.blockSize = `${text.scrollHeight}px`;
    }
    const count = text.value.trim().length;
    this.part("send").setAttribute("aria-disabled", String(count === 0 || this.#isTooLong()));
    const hint = this.part("hint");
    this.usualHint ??= hint.textContent;
    const isNear = count > this.settings.maxLength * NEAR_LIMIT;
    const sentence = this.#isTooLong() ? this.words.tooLong : this.words.nearLimit;
    hint.textContent = isNear ? fill(sentence, this.#inWords(count)) : this.usualHint;
    hint.toggleAttribute("data-counts", isNear);
    hint.toggleAttribute("data-fault", this.#isTooLong());
  }

  #inWords(count) {
    const write = (number) => number.toLocaleString(this.settings.language);
    return { count: write(count), limit: write(this.settings.maxLength) };
  }

  // --- reading

  /** The reader has the end in view: tell the others, once. */
  #looked() {
    if (document.hidden || !this.timeline.isAtEnd) return;
    this.part("new").hidden = true;
    const event = this.latestOther;
    if (!event || event.index <= this.readIndex || this.socket.state !== "live") return;
    this.readIndex = event.index;
    this.socket.send({ type: "read", event_id: event.id });
  }

  #offerEarlier() {
    const oldest = this.timeline.oldestIndex;
    this.part("earlier").hidden = oldest === null || this.settings.latestIndex < 100 || oldest === 0;
  }

  async #showEarlier() {
    const page = await this.socket.fetchBefore(this.timeline.oldestIndex).catch(() => null);
    if (!page) return;
    this.timeline.prepend(page.events);
    this.part("earlier").hidden = !page.more;
  }

  // --- telling the reader

  #showWriting(sentence) {
    const line = this.part("writing");
    const follow = this.timeline.isAtEnd;
    line.hidden = !sentence;
    line.textContent = sentence || "";
    if (sentence && follow) this.timeline.goToEnd();
    this.#after("writing", sentence ? () => this.#showWriting(null) : null, WRITING_FADES_MS);
  }

  #showState(state) {
    if (state === "live") return this.#showLive();
    if (this.addedSinceCut === null && state !== "polling") this.addedSinceCut = 0;
    const { reconnecting, offline, slowPath: polling } = this.words;
    const sentences = { reconnecting, offline, polling };
    if (state === "ended") this.#showBar(this.words[this.socket.reason], "ended", this.words.reload);
    else this.#showBar(sentences[state], state);
    if (state === "polling") this.#caughtUp();
  }

  #showLive() {
    const count = this.addedSinceCut;
    this.addedSinceCut = null;
    if (!count) return this.#showBar("", "live");
    this.#showBar(count === 1 ? this.words.caughtUpOne : fill(this.words.caughtUp, { count }), "good");
    this.#after("good-news", () => this.#showBar("", "live"), GOOD_NEWS_MS);
  }

  #showBar(sentence, kind, action = "") {
    this.#after("good-news", null);
    const bar = this.part("state");
    bar.hidden = !sentence;
    bar.dataset.kind = kind;
    bar.querySelector("span").textContent = sentence;
    bar.querySelector("a").hidden = !action;
    bar.querySelector("a").textContent = action;
    this.dataset.connection = kind;
  }

  #speak(sentence) {
    this.part("spoken").textContent = sentence;
  }

  #after(name, action, ms) {
    clearTimeout(this.timers.get(name));
    if (action) this.timers.set(name, setTimeout(action, ms));
    else this.timers.delete(name);
  }
}

customElements.define("rk-chat", Chat);
