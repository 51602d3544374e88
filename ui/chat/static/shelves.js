// Collections and tags to filter by: a row of boxes each, shown where there is something to choose.
// What was chosen last is remembered by the browser, for the next conversation.
import { shown } from "/ui/given.js";
import { make } from "./dom.js";
import { read, write } from "./storage.js";

export const SHELVES = { collections: "文集", tags: "标签" };
const KEY = "youju.shelves";

export function offerShelves(panel, { collections = [], tags = [] }) {
  const offered = { collections: collections.length > 1 ? collections : [], tags };
  for (const [name, choices] of Object.entries(offered)) {
    const group = panel.querySelector(`[data-shelf=${name}]`);
    group.hidden = !choices.length;
    group.querySelector(".yj-picks").replaceChildren(...choices.map((one) => pick(name, one)));
  }
}

function pick(name, { name: value, articles }) {
  const label = make("label", "yj-pick");
  const box = make("input", "yj-unseen");
  Object.assign(box, { type: "checkbox", name, value });
  label.append(box, make("span", "", shown(value)), make("span", "yj-label", `${articles}`));
  return label;
}

export function showShelves(panel, value) {
  for (const name of Object.keys(SHELVES)) {
    const chosen = new Set(value[name] ?? []);
    for (const box of panel.querySelectorAll(`[name=${name}]`)) box.checked = chosen.has(box.value);
  }
}

// The filters with a box's choice in them.
export function withPick(value, { name, value: choice, checked }) {
  const others = (value[name] ?? []).filter((one) => one !== choice);
  const chosen = checked ? [...others, choice] : others;
  const { [name]: _, ...rest } = value;
  return chosen.length ? { ...rest, [name]: chosen } : rest;
}

// The filters without collections that are no longer there, and the names of those.
export function withoutGone(value, known) {
  const gone = (value.collections ?? []).filter((name) => !known.includes(name));
  const kept = gone.reduce((so, name) => withPick(so, { name: "collections", value: name }), value);
  return { kept, gone };
}

export function remember({ collections = [], tags = [] }) {
  write("localStorage", KEY, JSON.stringify({ collections, tags }));
}

export function remembered() {
  try {
    const kept = JSON.parse(read("localStorage", KEY)) ?? {};
    const names = Object.keys(SHELVES).filter(
      (name) => Array.isArray(kept[name]) && kept[name].length && kept[name].every((one) => typeof one === "string"),
    );
    return Object.fromEntries(names.map((name) => [name, kept[name]]));
  } catch {
    return {};
  }
}
