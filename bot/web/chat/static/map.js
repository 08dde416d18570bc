// Picks a place on the map of the city: drag, pinch or zoom, tap, and confirm. The map is plain SVG made of the pack.

import { make, say, settings } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";
const LAYERS = ["boundary", "areas", "parks", "water", "rails", "roads"];
const dialog = document.getElementById("picker");
const svg = dialog.querySelector(".map > svg");
const status = dialog.querySelector("[role=status]");
const confirm = dialog.querySelector(".confirm");
const search = dialog.querySelector("[type=search]");
const found = dialog.querySelector(".found");
const { language } = settings;
let map, view, pin, finish;

const draw = (tag, facts, text = "") => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(facts)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
};
const nameOf = (place) => (language === "en" && place.name_en) || place.name;
const toEarth = ({ x, y }) => {
  const { west, north, x_scale, y_scale, margin } = map.projection;
  return { lat: +(north - (y - margin) / y_scale).toFixed(6), lon: +(west + (x - margin) / x_scale).toFixed(6) };
};
const toMap = ({ lat, lon }) => {
  const { west, north, x_scale, y_scale, margin } = map.projection;
  return { x: (lon - west) * x_scale + margin, y: (north - lat) * y_scale + margin };
};
const isInside = ({ x, y }) => x >= 0 && y >= 0 && x <= map.width && y <= map.height;

/** Opens the map; gives {lat, lon, name}, or null when it was closed. */
export async function pickPlace() {
  map ??= await load();
  search.value = "";
  found.hidden = true;
  dialog.querySelector(".locate").hidden = !(isSecureContext && navigator.geolocation);
  dialog.querySelector(".map").hidden = !map.roads;
  dialog.showModal();
  if (map.roads) { setPin(null); fit(); } else status.textContent = say("no_map");
  return new Promise((done) => { finish = done; });
}

async function load() {
  const answer = await fetch("/chat/map");
  const city = answer.ok ? await answer.json() : {};
  if (!city.roads) return {};
  svg.replaceChildren(...LAYERS.map((layer) => {
    const group = draw("g", { class: layer });
    group.append(...city[layer].filter((place) => place.path).map((place) => draw("path", { d: place.path })));
    return group;
  }), draw("g", { class: "dots" }), draw("g", { class: "labels" }), draw("g", { class: "pin" }));
  svg.querySelector(".dots").append(...city.landmarks.map((place) => draw("circle", { cx: place.x, cy: place.y, r: 1 })));
  svg.querySelector(".pin").append(draw("path", { d: "M0 0C-8-10-13-16-13-23a13 13 0 0 1 26 0C13-16 8-10 0 0z" }), draw("circle", { cy: -23, r: 4.5 }));
  for (const road of city.roads) road.line = spotsOf(road.path);
  return city;
}

/** Gives spots along a path, close enough that one is in view wherever the path is. */
function spotsOf(path) {
  const corners = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => ({ x: +x, y: +y }));
  return corners.flatMap((end, n) => {
    const start = corners[n - 1] ?? end;
    const steps = Math.max(1, Math.ceil(Math.hypot(end.x - start.x, end.y - start.y) / 8));
    return Array.from({ length: steps }, (_, k) => ({ x: start.x + ((end.x - start.x) * (k + 1)) / steps, y: start.y + ((end.y - start.y) * (k + 1)) / steps }));
  });
}

// --- what is seen ----------------------------------------------------------------------------------------------------

function fit() {
  const { width, height } = svg.getBoundingClientRect();
  const span = Math.max(map.width / width, map.height / height) * 0.62;
  show({ x: map.width / 2, y: map.height / 2 }, span);
}

/** Shows the map around a spot; `unit` is how many of its units a pixel holds. */
function show(centre, unit) {
  const { width, height } = svg.getBoundingClientRect();
  const least = 0.06, most = Math.max(map.width / width, map.height / height) * 1.05;
  unit = Math.min(Math.max(unit, least), most);
  centre = { x: Math.min(Math.max(centre.x, 0), map.width), y: Math.min(Math.max(centre.y, 0), map.height) };
  view = { centre, unit, width, height };
  svg.setAttribute("viewBox", `${centre.x - (width * unit) / 2} ${centre.y - (height * unit) / 2} ${width * unit} ${height * unit}`);
  svg.style.setProperty("--unit", unit);
  svg.classList.toggle("near", unit < most / 4);
  label();
  movePin();
}

const spotOf = (event) => {
  const box = svg.getBoundingClientRect();
  return { x: view.centre.x + (event.clientX - box.left - view.width / 2) * view.unit, y: view.centre.y + (event.clientY - box.top - view.height / 2) * view.unit };
};

function zoom(factor, about = view.centre) {
  const unit = view.unit * factor;
  const grip = Math.min(Math.max(unit, 0.06), 10) / view.unit;
  show({ x: about.x + (view.centre.x - about.x) * grip, y: about.y + (view.centre.y - about.y) * grip }, unit);
}

/** Writes as many names as fit without touching: roads where they pass the middle, then landmarks and areas. */
function label() {
  const { centre, unit, width, height } = view;
  const reach = { x: (width * unit) / 2, y: (height * unit) / 2 };
  const distance = (spot) => Math.abs(spot.x - centre.x) / reach.x + Math.abs(spot.y - centre.y) / reach.y;
  const isSeen = (spot) => Math.abs(spot.x - centre.x) < reach.x * 0.92 && Math.abs(spot.y - centre.y) < reach.y * 0.94;
  const nearest = (road) => road.line.filter(isSeen).sort((a, b) => distance(a) - distance(b))[0];
  const wanted = [
    ...map.landmarks.map((place) => ({ place, spot: place, kind: "landmark" })),
    ...map.roads.map((place) => ({ place, spot: nearest(place), kind: "road" })).filter((each) => each.spot),
    ...map.water.concat(map.parks).map((place) => ({ place, spot: place, kind: "nature" })),
    ...map.areas.map((place) => ({ place, spot: place, kind: "area" })),
  ].filter(({ spot }) => isSeen(spot));
  const taken = [];
  const labels = [];
  for (const { place, spot, kind } of wanted) {
    const text = nameOf(place);
    const wide = [...text].reduce((sum, sign) => sum + (sign > "⺀" ? 13 : 7), 12) * unit, high = 20 * unit;
    const box = { x: spot.x - wide / 2, y: spot.y - high / 2, wide, high };
    if (taken.some((other) => box.x < other.x + other.wide && other.x < box.x + wide && box.y < other.y + other.high && other.y < box.y + high)) continue;
    taken.push(box);
    labels.push(draw("text", { x: spot.x, y: spot.y - (kind === "landmark" ? 7 * unit : 0), class: kind }, text));
  }
  svg.querySelector(".labels").replaceChildren(...labels);
}

// --- the pin ---------------------------------------------------------------------------------------------------------

function setPin(spot, name = "") {
  pin = spot && { ...spot, name };
  confirm.disabled = !pin;
  status.textContent = pin ? name || describe(pin) : say("pick");
  if (view) movePin();
}

function movePin() {
  const mark = svg.querySelector(".pin");
  mark.setAttribute("visibility", pin ? "visible" : "hidden");
  if (pin) mark.setAttribute("transform", `translate(${pin.x} ${pin.y}) scale(${view.unit})`);
}

function describe(spot) {
  const away = (other) => Math.hypot(other.x - spot.x, other.y - spot.y);
  const roads = map.roads.map((road) => ({ road, away: Math.min(...road.line.slice(1).map((end, n) => toLine(spot, road.line[n], end))) })).sort((a, b) => a.away - b.away);
  const landmark = [...map.landmarks].sort((a, b) => away(a) - away(b))[0];
  const names = [landmark && away(landmark) < 25 ? nameOf(landmark) : "", roads[0] && roads[0].away < 25 ? nameOf(roads[0].road) : ""].filter(Boolean);
  const { lat, lon } = toEarth(spot);
  return names.length ? say("near", { name: names.join(language === "en" ? ", " : "、") }) : `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

function toLine(spot, a, b) {
  const long = (b.x - a.x) ** 2 + (b.y - a.y) ** 2 || 1;
  const at = Math.min(1, Math.max(0, ((spot.x - a.x) * (b.x - a.x) + (spot.y - a.y) * (b.y - a.y)) / long));
  return Math.hypot(spot.x - a.x - at * (b.x - a.x), spot.y - a.y - at * (b.y - a.y));
}

// --- hands -----------------------------------------------------------------------------------------------------------

const fingers = new Map();
let moved = 0, spread = 0;

svg.addEventListener("pointerdown", (event) => {
  if (!fingers.size) moved = 0;
  fingers.set(event.pointerId, event);
  svg.setPointerCapture(event.pointerId);
  spread = 0;
});
svg.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  fingers.set(event.pointerId, event);
  moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
  if (fingers.size === 1) {
    if (moved > 6) show({ x: view.centre.x - (event.clientX - before.clientX) * view.unit, y: view.centre.y - (event.clientY - before.clientY) * view.unit }, view.unit);
    return;
  }
  const [a, b] = fingers.values();
  const wide = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  if (spread) zoom(spread / wide, spotOf({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 }));
  spread = wide;
});
const lift = (event) => {
  if (!fingers.delete(event.pointerId)) return;
  if (event.type === "pointerup" && moved <= 6 && !fingers.size) setPin(spotOf(event));
};
svg.addEventListener("pointerup", lift);
svg.addEventListener("pointercancel", lift);
svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.25 : 0.8, spotOf(event)); }, { passive: false });
svg.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (step) { event.preventDefault(); show({ x: view.centre.x + step[0] * 60 * view.unit, y: view.centre.y + step[1] * 60 * view.unit }, view.unit); }
  if (event.key === "+" || event.key === "=") zoom(0.7);
  if (event.key === "-") zoom(1.4);
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); setPin(view.centre); }
});
dialog.querySelector(".in").addEventListener("click", () => zoom(0.6));
dialog.querySelector(".out").addEventListener("click", () => zoom(1.6));
confirm.addEventListener("click", () => {
  finish?.({ ...toEarth(pin), name: pin.name });
  finish = null;
  dialog.close();
});
dialog.addEventListener("close", () => { finish?.(null); finish = null; });
addEventListener("resize", () => { if (dialog.open && view) show(view.centre, view.unit); });

// --- searching and one's own position -------------------------------------------------------------------------------

function goTo(spot, name) {
  found.hidden = true;
  setPin(spot, name);
  show(spot, 0.5);
}

search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  found.querySelector("button")?.click();
});
search.addEventListener("input", () => {
  const said = search.value.trim().toLowerCase();
  const [, lat, lon] = /^(-?\d{1,2}\.\d+)\s*[,，\s]\s*(-?\d{1,3}\.\d+)$/.exec(said) ?? [];
  if (lat) {
    const spot = toMap({ lat: +lat, lon: +lon });
    if (isInside(spot)) goTo(spot, "");
    else status.textContent = say("outside");
    return;
  }
  const places = said && map.roads ? [...map.landmarks, ...map.posts, ...map.roads, ...map.parks, ...map.areas] : [];
  const hits = places.filter((place) => `${place.name} ${place.name_en}`.toLowerCase().includes(said)).slice(0, 6);
  found.replaceChildren(...hits.map((place) => make("li", {}, make("button", { type: "button", textContent: nameOf(place), onclick: () => { search.value = nameOf(place); goTo(spotOn(place), nameOf(place)); } }))));
  found.hidden = !hits.length;
  status.textContent = places.length && !hits.length ? say("not_found") : pin ? status.textContent : say("pick");
});

const spotOn = (place) => (place.line ? place.line[Math.floor(place.line.length / 2)] : { x: place.x, y: place.y });

dialog.querySelector(".locate").addEventListener("click", () => {
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const spot = toMap({ lat: coords.latitude, lon: coords.longitude });
    if (isInside(spot)) goTo(spot, "");
    else status.textContent = say("outside");
  }, () => { status.textContent = say("here_failed"); }, { enableHighAccuracy: true, timeout: 10_000 });
});
