// The chat page: shows what the server tells, sends what people say, and keeps trying until it arrives.

import { pickPlace } from "./map.js";
import { make, say, settings } from "./parts.js";

const seats = new Map();
let revision = "0";

const later = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0); // ids are longer than JS numbers
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
const isGroup = (seat) => ["unit", "leaders"].includes(seat.name);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const gliding = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
const isTouch = matchMedia("(pointer: coarse)").matches;

// --- what the browser keeps: unsent words, and messages on their way ------------------------------------------------

const store = {
  get(name) {
    try { return JSON.parse(localStorage.getItem(`pk:${name}`)); } catch { return null; }
  },
  set(name, value) {
    try {
      if (value === null || value === "" || value?.length === 0) localStorage.removeItem(`pk:${name}`);
      else localStorage.setItem(`pk:${name}`, JSON.stringify(value));
    } catch { /* private windows may refuse; then nothing is kept */ }
  },
};

// --- a seat: one chat, seen and spoken in as somebody ----------------------------------------------------------------

/** What is counted stays under the thumb, whatever the number; only rows of steps have none. */
const isCounting = (row) => row.length > 1 && row.every(({ token, label }) => /^tally\b/.test(token) && !label.startsWith("+"));
const hasLong = (row) => row.some(({ label }) => label.replace(/ \d+$/, "").length > 24 / row.length);

class Seat {
  constructor(root) {
    this.root = root;
    this.name = root.dataset.seat;
    this.title = root.getAttribute("aria-label");
    this.list = root.querySelector(".messages");
    this.scroll = root.querySelector(".scroll");
    this.form = root.querySelector("form");
    this.words = this.form.elements.text;
    this.tab = document.querySelector(`[data-tab="${this.name}"]`);
    this.messages = new Map();
    this.queue = [];
    this.files = [];
    this.menu = [];
    this.unread = 0;
    this.tapped = "";
    this.spokeAt = 0;
    this.isSending = false;
    this.isSeen = !this.tab;
    this.listen();
    this.words.value = store.get(`words:${this.name}`) ?? "";
    this.grow();
  }

  find(selector) { return this.root.querySelector(selector); }

  listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.words.addEventListener("input", () => { this.grow(); this.keepWords(); this.offerCommands(); });
    this.words.addEventListener("keydown", (event) => this.key(event));
    this.words.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) { event.preventDefault(); this.attach(files); }
    });
    this.form.elements.photos.addEventListener("change", (event) => { this.attach([...event.target.files]); event.target.value = ""; });
    this.find(".pick").addEventListener("click", () => this.pick());
    this.find(".menu").addEventListener("click", () => this.offerCommands(this.find(".commands").hidden));
    this.find(".earlier").addEventListener("click", () => this.showEarlier());
    this.find(".newer").addEventListener("click", () => this.toEnd(true));
    this.scroll.addEventListener("scroll", () => { if (this.isAtEnd()) this.find(".newer").hidden = true; });
    this.root.addEventListener("dragover", (event) => { event.preventDefault(); this.root.classList.add("dropping"); });
    this.root.addEventListener("dragleave", (event) => { if (!this.root.contains(event.relatedTarget)) this.root.classList.remove("dropping"); });
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.root.classList.remove("dropping");
      this.attach([...event.dataTransfer.files]);
    });
  }

  key(event) {
    if (event.key === "Escape") this.offerCommands(false);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
    event.preventDefault();
    this.submit();
  }

  grow() {
    this.words.style.height = "auto";
    this.words.style.height = `${Math.min(this.words.scrollHeight, 140)}px`;
    this.form.classList.toggle("ready", Boolean(this.words.value.trim() || this.files.length));
  }

  keepWords() { store.set(`words:${this.name}`, this.words.value); }

  complain(text) {
    const line = this.find(".complaint");
    line.textContent = text;
    line.hidden = !text;
  }

  // --- writing ---

  attach(files) {
    this.complain("");
    for (const file of files) {
      if (file.size >= settings.maxFile) this.complain(say("too_big", { name: file.name, megabytes: settings.maxFile / 1e6 }));
      else if (this.files.length >= settings.maxFiles) this.complain(say("too_many", { n: settings.maxFiles }));
      else this.files.push(file);
    }
    this.showAttached();
    this.words.focus({ preventScroll: true });
  }

  showAttached() {
    const row = this.find(".attached");
    for (const image of row.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    row.replaceChildren(...this.files.map((file) => make("div", { className: "thumb" },
      file.type.startsWith("image/") ? make("img", { src: URL.createObjectURL(file), alt: file.name }) : make("span", { textContent: file.name }),
      make("button", { type: "button", ariaLabel: `${say("remove")} ${file.name}`, textContent: "×", onclick: () => {
        this.files = this.files.filter((other) => other !== file);
        this.showAttached();
      } }))));
    row.hidden = !this.files.length;
    this.grow();
  }

  submit() {
    const text = this.words.value;
    if (!text.trim() && !this.files.length) return;
    this.enqueue({ text, files: this.files });
    this.words.value = "";
    this.files = [];
    this.complain("");
    this.offerCommands(false);
    this.keepWords();
    this.showAttached();
  }

  async pick() {
    const place = await pickPlace();
    if (place) this.enqueue({ location: place });
  }

  offerCommands(wanted = this.words.value.startsWith("/")) {
    const list = this.find(".commands");
    const begun = this.words.value.startsWith("/") ? this.words.value.slice(1).toLowerCase() : "";
    const fitting = wanted ? this.menu.filter((each) => each.name.startsWith(begun)) : [];
    list.replaceChildren(...fitting.map((each) => make("li", {}, make("button", {
      type: "button",
      onclick: () => { this.words.value = ""; this.keepWords(); this.grow(); this.offerCommands(false); this.enqueue({ text: `/${each.name}` }); },
    }, make("b", { textContent: `/${each.name}` }), ` ${settings.commands[each.name] ?? each.description}`))));
    list.hidden = !fitting.length;
    this.find(".menu").setAttribute("aria-expanded", String(!list.hidden));
  }

  // --- sending: one after the other, again and again under the same key until the server has it ---

  enqueue(note) {
    note = { key: newKey(), text: "", files: [], ...note };
    this.spokeAt = Date.now();
    noteTry(this, note);
    this.queue.push(note);
    this.keepQueue();
    if (note.press === undefined && note.opened === undefined) { this.showPending(note); this.toEnd(); }
    this.pump();
    return note;
  }

  keepQueue() { store.set(`queue:${this.name}`, this.queue.filter((note) => !note.files.length && !note.failed)); }

  async pump() {
    if (this.isSending) return;
    this.isSending = true;
    for (let note; (note = this.queue.find((each) => !each.failed));) {
      const wait = await this.send(note);
      if (wait === 0) this.queue = this.queue.filter((each) => each !== note);
      this.keepQueue();
      if (wait > 0) await pause(wait);
    }
    this.isSending = false;
  }

  /** Sends once. Returns 0 when that is settled, or the milliseconds after which to try again. */
  async send(note) {
    let answer;
    try {
      answer = await fetch(`/chat/seats/${this.name}/messages`, { method: "POST", headers: this.headers(note), body: this.body(note) });
      if (answer.ok) { this.sent(note, await answer.json()); return 0; }
    } catch { /* no network: the same key goes again */ }
    note.tries = (note.tries ?? 0) + 1;
    const problem = answer ? await answer.json().catch(() => ({})) : {};
    if (!answer || answer.status >= 500 || answer.status === 429) {
      if (problem.text) this.complain(problem.text);
      return 1000 * Math.max(Number(answer?.headers.get("retry-after") ?? 0), Math.min(2 ** note.tries, 15) / 2);
    }
    this.refuse(note, problem.text ?? say("not_sent"));
    return 0;
  }

  headers(note) { return { "X-Pointkeeper": "1", ...(note.files.length ? {} : { "Content-Type": "application/json" }) }; }

  body(note) {
    const { key, text, location, press, message, opened } = note;
    if (!note.files.length) return JSON.stringify({ id: key, text, location, press, message, opened });
    const form = new FormData();
    form.append("id", key);
    form.append("text", text);
    for (const file of note.files) form.append(file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name) ? "photos" : "files", file, file.name);
    return form;
  }

  sent(note, answer) {
    if (note.tries) this.complain("");
    note.done?.();
    if (answer.message) this.show(answer.message);
  }

  refuse(note, text) {
    note.failed = true;
    note.done?.();
    if (!note.element) { this.complain(text); return; }
    note.element.classList.add("failed");
    note.element.querySelector(".state").replaceChildren(text, " ", make("button", { type: "button", textContent: say("retry"), onclick: () => {
      note.failed = false;
      note.element.remove();
      this.queue = this.queue.filter((each) => each !== note);
      this.enqueue(note);
    } }), " ", make("button", { type: "button", textContent: say("remove"), onclick: () => note.element.remove() }));
  }

  // --- reading ---

  showPending(note) {
    const urls = note.files.filter((file) => file.type.startsWith("image/")).map((file) => URL.createObjectURL(file));
    note.element = this.draw({
      by: "me", key: note.key, text: note.text ? [{ text: note.text }] : [], photos: urls, location: note.location,
      files: note.files.filter((file) => !file.type.startsWith("image/")).map((file) => ({ name: file.name })), choices: [],
    });
    note.element.classList.add("pending");
    this.list.append(note.element);
  }

  /** Shows a message in its place by time; a newer revision replaces what stands there. Returns whether there is news. */
  show(message) {
    const known = this.messages.get(message.id);
    if (known && later(message.revision, known.revision) <= 0) return false;
    const follows = this.isAtEnd();
    const element = this.draw(message);
    const old = known ? known.element : message.key && this.list.querySelector(`.pending[data-key="${message.key}"]`);
    if (old) { old.replaceWith(element); if (!known) this.place(element); } else this.place(element);
    if (known) element.classList.add("changed");
    this.messages.set(message.id, { ...message, element });
    if (known && this.tapped === "forget_sure") this.dropErased(message.id);
    const isAnswer = message.by === "bot" && Date.now() - this.spokeAt < 4000;
    if (follows || (isAnswer && !known) || message.by === "me") this.toEnd();
    if (isAnswer && known && message.choices.length && element.matches(":not(:has(~ .by-bot))")) this.reveal(element);
    else if (!known && message.by !== "me" && !this.isAtEnd()) this.find(".newer").hidden = false;
    return message.by !== "me" && (!known || message.choices.length > 0);
  }

  place(element) {
    const id = element.dataset.id;
    const next = [...this.list.children].find((other) => other.dataset.id && later(other.dataset.id, id) > 0);
    const pending = this.list.querySelector(".pending");
    this.list.insertBefore(element, next ?? pending);
  }

  draw(message) {
    const isCard = message.by === "bot" && (message.choices.length > 0 || message.photos.length > 0);
    const isEmpty = !message.text.length && !message.photos.length && !message.files?.length && !message.location && !message.choices.length;
    const bubble = make("div", { className: isCard ? "bubble card" : "bubble" },
      message.photos.length ? drawPhotos(message.photos, message.whole) : null,
      message.text.length ? drawText(message.text, message.by === "bot" && !isGroup(this) ? this : null) : null,
      message.location ? drawLocation(message.location) : null,
      ...(message.files ?? []).map(drawFile),
      message.asksLocation ? make("div", { className: "choices" }, make("div", {}, make("button", { type: "button", className: "choice ask", textContent: say("place"), onclick: () => this.pick() }))) : null,
      message.choices.length ? this.drawChoices(message) : null);
    const time = message.at ? make("time", { dateTime: message.at, textContent: timeOf(message.at) }) : make("span", { className: "state", textContent: say("sending") });
    const item = make("li", { className: `message by-${message.by}`, hidden: isEmpty }, bubble, time);
    if (message.id) item.dataset.id = message.id;
    if (message.key) item.dataset.key = message.key;
    return item;
  }

  drawChoices(message) {
    const isTight = (row) => row.length > 3 && row.every((choice) => choice.label.length < 4);
    const look = (row) => (isTight(row) ? "tight" : isCounting(row) ? `steady ${hasLong(row) ? "tall" : ""}` : "");
    return make("div", { className: "choices" }, ...message.choices.map((row) => make("div", { className: look(row) }, ...row.map((choice) =>
      make("button", { type: "button", className: `choice ${choice.style}`, textContent: choice.label, onclick: (event) => this.press(message, choice, event.currentTarget) })))));
  }

  press(message, choice, button) {
    button.disabled = true;
    button.classList.add("busy");
    this.tapped = choice.token.split(".")[0];
    noteTry(this, { text: `/${this.tapped}` });
    spend(message, choice);
    this.enqueue({ press: choice.token, message: message.id, done: () => setTimeout(() => {
      button.disabled = false;
      button.classList.remove("busy");
    }, 400) });
    suggest();
  }

  async showEarlier() {
    const first = [...this.messages.keys()].sort(later)[0];
    const answer = await fetch(`/chat/seats/${this.name}/earlier?before=${first}`);
    if (!answer.ok) return;
    const { messages, more } = await answer.json();
    const from = this.scroll.scrollHeight - this.scroll.scrollTop;
    for (const message of messages) this.show(message);
    this.find(".newer").hidden = true;
    this.scroll.scrollTop = this.scroll.scrollHeight - from;
    this.find(".earlier").hidden = !more;
  }

  isAtEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 90; }

  /** Takes away what the server has no more; the answer that says so stays to be read. */
  async dropErased(answerId) {
    const answer = await fetch("/chat/messages");
    if (!answer.ok) return;
    const { messages, more } = (await answer.json()).seats[this.name];
    const left = new Set([answerId, ...messages.map(({ id }) => id)]);
    for (const [id, { element }] of more ? [] : this.messages) {
      if (left.has(id)) continue;
      element.remove();
      this.messages.delete(id);
    }
    guide();
  }

  /** Scrolls back as far as it takes to see all of an element, here alone. */
  reveal(element) {
    const above = this.scroll.getBoundingClientRect().top - element.getBoundingClientRect().top;
    if (above > 0) this.scroll.scrollBy({ top: -above - 8, behavior: gliding });
  }

  toEnd(smoothly = false) {
    this.find(".newer").hidden = true;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smoothly ? gliding : "instant" });
  }

  count(n) {
    this.unread = n;
    const badge = this.tab?.querySelector(".badge");
    if (!badge) return;
    badge.textContent = n > 9 ? "9+" : String(n);
    badge.setAttribute("aria-label", say("unread", { n }));
    badge.hidden = !n;
  }

  /** Takes in what the server says of this chat. */
  take(news, isFirst) {
    let fresh = 0;
    for (const message of news.messages ?? []) {
      if (this.show(message)) fresh += 1;
    }
    if (news.menu && !isGroup(this)) { this.menu = news.menu; this.find(".menu").hidden = !news.menu.length; }
    if (news.more !== undefined) this.find(".earlier").hidden = !news.more;
    if (isFirst) this.toEnd();
    else if (fresh && !(this.isSeen && document.visibilityState === "visible")) this.count(this.unread + fresh);
  }
}

// --- parts of a message ----------------------------------------------------------------------------------------------

function drawText(spans, seat) {
  return make("p", { className: "text" }, ...joinPlain(spans).map((span) => {
    if (/^https?:/.test(span.url ?? "")) return make("a", { href: span.url, target: "_blank", rel: "noopener noreferrer", textContent: span.text });
    if (span.bold || span.mention) return make("b", {}, ...drawMarks(span.text));
    return seat ? drawCommands(span.text, seat) : drawMarks(span.text);
  }).flat());
}

/** Joins what stands side by side without a mark: a command and its stroke come apart. */
function joinPlain(spans) {
  const isPlain = (span) => !(span.url || span.bold || span.mention);
  return spans.reduce((joined, span) => {
    const last = joined.at(-1);
    if (last && isPlain(last) && isPlain(span)) joined[joined.length - 1] = { text: last.text + span.text };
    else joined.push(span);
    return joined;
  }, []);
}

/** A command that the bot names is sent by a tap on it. */
function drawCommands(text, seat) {
  return text.split(/(?<![\w/.:])(\/[a-z]+)(?![\w/.])/).flatMap((part, n) => n % 2 && part.slice(1) in settings.commands
    ? [make("button", { type: "button", className: "command", textContent: part, onclick: () => seat.enqueue({ text: part }) })] : drawMarks(part));
}

const MARKS = { "✅": "done", "▫": "open", "⏳": "going", "⚠": "late", "🔴": "late" };

/** Draws the signs of a track ourselves: not every machine has a font with them. */
function drawMarks(text) {
  return text.split(/([✅▫⏳⚠🔴]\ufe0f?)/u).filter(Boolean).map((part) => {
    const mark = MARKS[[...part][0]];
    return mark ? make("i", { className: `mark ${mark}`, role: "img", ariaLabel: part }) : part;
  });
}

function drawPhotos(urls, whole) {
  return make("div", { className: `photos n${Math.min(urls.length, 4)}${whole ? " whole" : ""}` }, ...urls.map((url, n) =>
    make("button", { type: "button", ariaLabel: say("photo_n", { n: n + 1 }), onclick: () => viewer.open(urls, n) },
      make("img", { src: url, alt: say("photo_n", { n: n + 1 }), loading: "lazy", onload: keepAtEnd, onerror: sayUnseen }))));
}

function keepAtEnd(event) {
  const seat = seats.get(event.target.closest(".seat")?.dataset.seat);
  if (seat && seat.scroll.scrollHeight - seat.scroll.scrollTop - seat.scroll.clientHeight < event.target.offsetHeight + 120) seat.toEnd();
}

/** What is no picture after all is named, instead of shown as a broken one. */
function sayUnseen(event) {
  const { alt, parentElement } = event.target;
  parentElement.replaceWith(make("span", { className: "document", textContent: alt }));
}

function drawLocation(place) {
  const at = `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`;
  return make("p", { className: "spot" }, make("b", { textContent: place.name || say("location") }), make("small", { textContent: at }));
}

function drawFile(file) {
  const size = file.size === null || file.size === undefined ? "" : ` · ${file.size < 1e6 ? `${Math.ceil(file.size / 1e3)} kB` : `${(file.size / 1e6).toFixed(1)} MB`}`;
  return file.url ? make("a", { className: "document", href: file.url, download: file.name, textContent: `${file.name}${size}` })
    : make("span", { className: "document", textContent: file.name });
}

/** The time of a message in the city's zone, as the cards tell theirs, wherever the reader is. */
function timeOf(iso) {
  const zone = { timeZone: settings.timeZone };
  const dayOf = (at) => at.toLocaleDateString("en-CA", zone);
  const at = new Date(iso);
  const clock = { ...zone, hour: "2-digit", minute: "2-digit", hour12: false };
  const isToday = dayOf(at) === dayOf(new Date());
  return at.toLocaleString(document.documentElement.lang, isToday ? clock : { month: "numeric", day: "numeric", ...clock });
}

const viewer = {
  dialog: document.getElementById("viewer"), urls: [], at: 0,
  open(urls, at) { this.urls = urls; this.turn(at); this.dialog.showModal(); },
  turn(at) {
    this.at = (at + this.urls.length) % this.urls.length;
    const image = this.dialog.querySelector("img");
    image.src = this.urls[this.at];
    image.alt = say("photo_n", { n: this.at + 1 });
    for (const name of [".previous", ".following"]) this.dialog.querySelector(name).hidden = this.urls.length < 2;
  },
};
viewer.dialog.addEventListener("click", (event) => {
  if (event.target.closest(".previous")) viewer.turn(viewer.at - 1);
  else if (event.target.closest(".following")) viewer.turn(viewer.at + 1);
  else viewer.dialog.close();
});
viewer.dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") viewer.turn(viewer.at - 1);
  if (event.key === "ArrowRight") viewer.turn(viewer.at + 1);
});

// --- staying up to date ----------------------------------------------------------------------------------------------

function apply(data, isFirst = false) {
  for (const [name, news] of Object.entries(data.seats)) seats.get(name)?.take(news, isFirst);
  if (later(data.revision, revision) > 0) revision = data.revision;
  guide();
  suggest();
}

function isOffline(yes) { document.getElementById("offline").hidden = !yes; }

/** Hears of changes as they happen; where that fails three times running, asks again and again instead. */
async function follow() {
  for (let failures = 0; ;) {
    failures = failures < 3 ? (await stream()) ? 0 : failures + 1 : (await poll()) ? failures : failures + 1;
    if (failures) { isOffline(true); await pause(Math.min(1000 * failures, 8000)); }
  }
}

/** Resolves when the stream is over: true if it ever stood. */
function stream() {
  return new Promise((over) => {
    let stood = false;
    const source = new EventSource(`/chat/events?since=${revision}`);
    source.onopen = () => { stood = true; isOffline(false); };
    source.onmessage = (event) => apply(JSON.parse(event.data));
    source.onerror = () => { source.close(); over(stood); };
  });
}

async function poll() {
  try {
    const answer = await fetch(`/chat/messages?since=${revision}&wait=1`);
    if (!answer.ok) return false;
    isOffline(false);
    apply(await answer.json());
    return true;
  } catch { return false; }
}

async function begin() {
  for (const root of document.querySelectorAll(".seat")) { const seat = new Seat(root); seats.set(seat.name, seat); }
  watchTabs();
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch("/chat/messages").catch(() => null);
    if (answer?.ok) { apply(await answer.json(), true); break; }
    isOffline(true);
    await pause(Math.min(1000 * tries, 8000));
  }
  isOffline(false);
  for (const seat of seats.values()) greet(seat);
  document.documentElement.classList.add("live");
  await follow();
}

function greet(seat) {
  for (const note of store.get(`queue:${seat.name}`) ?? []) if (!note.opened) seat.enqueue({ ...note, tries: 0 });
  const code = new URLSearchParams(location.search).get("start");
  if (code && !settings.demo) {
    history.replaceState(null, "", location.pathname);
    seat.enqueue({ opened: code.slice(0, 64) });
  } else if (!seat.messages.size && !isGroup(seat)) seat.enqueue({ key: "opened-0", opened: "" });
}

// --- the demo: tabs, the next step, things to try -------------------------------------------------------------------

function watchTabs() {
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const seat = seats.get(entry.target.dataset.seat);
      seat.isSeen = entry.intersectionRatio > 0.6;
      seat.tab?.setAttribute("aria-current", String(seat.isSeen));
      if (seat.isSeen) { seat.count(0); if (matchMedia("(max-width: 700px)").matches) seat.tab?.scrollIntoView({ inline: "center", block: "nearest" }); }
    }
  }, { root: document.querySelector(".seats"), threshold: [0.3, 0.6, 0.9] });
  for (const seat of seats.values()) {
    if (!seat.tab) continue;
    watcher.observe(seat.root);
    seat.tab.addEventListener("click", () => visit(seat));
  }
}

function visit(seat) { seat.root.scrollIntoView({ behavior: gliding, inline: "start", block: "nearest" }); }

/** While a report is open, another sample would be taken for a part of it. */
const isReporting = (seat) => [...seat.messages.values()].some((message) => message.choices.flat().some((choice) => choice.token.startsWith("report_")));

const waiting = (offer) => offer.after && seats.get(offer.seat)?.tapped === offer.after;

const isTried = (offer) => spent.has(`try ${offer.name}`);

/** Samples may be sent again and again; a command is offered until it is known. */
const fits = (seat, offer) => (offer.after ? waiting(offer)
  : !isReporting(seat) && (offer.photo || (!isTried(offer) && !settings.suggestions.some((other) => other.seat === seat.name && waiting(other)))));

const spent = new Set(store.get("spent") ?? []);
const spending = (message, choice) => `${message.id} ${choice.token}`;

function spend(message, choice) { markSpent(spending(message, choice)); }

function markSpent(what) {
  spent.add(what);
  store.set("spent", [...spent].slice(-100));
}

/**
 * After a warning nobody is led on to report all the same, nor to what cannot be undone, nor out of a shift that has hardly begun;
 * and the story begins with the citizen, not with the shifts that volunteers are greeted with.
 */
const leadsAstray = (choice) => choice.style === "danger"
  || /^(report_anyway|shift_out|swap|sign_out|\w+_code|shift_cancel|rota_end|call|shifts|my_shifts|vol_call|vol_list|vol_change|team_board)\b/.test(choice.token);

/** Digests and what one gets of them, one's data, hours and language are no part of any story. */
const isAside = (choice) => /^(table|digest|subscri\w+|mydata\w*|forget\w*|lang|records|release\w*|certificate)\./.test(choice.token);

/** Finds the choice that carries the story on: of what was asked last, what is offered first; what was just sent goes before what was changed. */
function nextChoice() {
  const isFirst = (choice) => choice.style === "primary" && !leadsAstray(choice);
  const isNew = (message) => BigInt(message.revision) - BigInt(message.id) < seconds(1);
  const asked = [...seats.values()].flatMap((seat) => [...seat.messages.values()].map((message) => ({ seat, message, choices: message.choices.flat() })))
    .filter(({ choices }) => !choices.some(isAside) && !choices.every(leadsAstray))
    .filter(({ message, choices }) => choices.some(isFirst) || (choices.length > 1 && isNew(message)))
    .filter(({ message, choices }) => !choices.some((choice) => spent.has(spending(message, choice))))
    .sort((a, b) => later(b.message.revision, a.message.revision));
  const recent = asked.filter(({ message }) => BigInt(asked[0].message.revision) - BigInt(message.revision) < seconds(10));
  const carriesOn = ({ choices }) => choices.some(isFirst);
  const isSent = ({ message }) => BigInt(asked[0].message.revision) - BigInt(message.id) < seconds(2);
  const next = recent.find((each) => isSent(each) && carriesOn(each)) ?? recent.slice(0, 1).find(isSent) ?? recent.find(carriesOn) ?? recent[0];
  return next ? { ...next, choice: next.choices.find(isFirst) ?? next.choices.find((choice) => !leadsAstray(choice)) } : null;
}

const seconds = (n) => BigInt(n * 1000) << 21n; // ids and revisions count milliseconds in their upper bits

/** Says where the story goes on: what to tap, or what to send. */
function guide() {
  const bar = document.getElementById("guide");
  if (!bar) return;
  const next = nextChoice();
  const offer = settings.suggestions.find(waiting) ?? (next ? null : settings.suggestions.find((each) => !each.after && !isTried(each)) ?? settings.suggestions[0]);
  const seat = offer ? seats.get(offer.seat) : next.seat;
  const button = bar.querySelector("button");
  button.textContent = say(offer ? "next_send" : "next", { seat: seat.title, button: offer?.label ?? next.choice.label });
  button.onclick = () => { visit(seat); point(offer ? seat.find(".tries") : next.message); };
  bar.hidden = false;

  function point(target) {
    const node = target instanceof Element ? target
      : [...seat.messages.get(target.id).element.querySelectorAll(".choice")].find((each) => each.textContent === next.choice.label);
    node?.scrollIntoView({ block: "nearest", behavior: gliding });
    node?.classList.add("pointed");
    setTimeout(() => node?.classList.remove("pointed"), 2400);
  }
}

function suggest() {
  for (const seat of seats.values()) {
    const offers = settings.suggestions.filter((offer) => offer.seat === seat.name && fits(seat, offer));
    const row = seat.find(".tries");
    const names = offers.map((offer) => offer.name).join();
    if (row.dataset.names === names) continue;
    row.dataset.names = names;
    row.replaceChildren(...offers.map((offer) => make("button", { type: "button", title: offer.text, onclick: (event) => tryOut(seat, offer, event.currentTarget) },
      ...(offer.photo ? [make("img", { src: `/chat/samples/${offer.photo}`, alt: "" })] : []), make("span", {}, make("small", { textContent: say("try.title") }), offer.label))));
    row.hidden = !offers.length;
    if (offers.length) seat.toEnd();
  }
}

/** What is offered may be typed as well; what comes after it waits for it as for a tap. Whoever sends a photo of their own needs no sample. */
function noteTry(seat, note) {
  const offer = settings.suggestions.find((each) => each.seat === seat.name && (each.place ? each.place === note.location : each.text === note.text));
  if (!offer && note.files?.length) seat.tapped = "";
  if (!offer) return;
  seat.tapped = offer.name;
  markSpent(`try ${offer.name}`);
}

async function sample(name) {
  const data = await (await fetch(`/chat/samples/${name}`)).blob();
  return new File([data], `${name}.jpg`, { type: "image/jpeg" });
}

async function tryOut(seat, offer, button) {
  button.disabled = true;
  const note = offer.place ? { location: offer.place } : { text: offer.text, files: offer.photo ? [await sample(offer.photo)] : [] };
  button.disabled = false;
  seat.enqueue(note);
  guide();
  suggest();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", async () => {
    await fetch(`/chat/language?to=${button.dataset.language}`, { method: "POST", headers: { "X-Pointkeeper": "1" } });
    location.reload();
  });
}

begin();
