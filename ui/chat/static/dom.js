// Small helpers. Text given here is set as text, never as markup.
import { element as make } from "/ui/asking.js";

export { make };

export function button(className, text, onClick) {
  const made = make("button", className, text);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

export function iconButton(icon, label, onClick) {
  const made = button("yj-icon", "", onClick);
  made.append(make("i", `yj-i yj-i-${icon}`));
  made.setAttribute("aria-label", label);
  made.title = label;
  return made;
}

// Markup that the server made: every outside string in it is escaped there.
export function put(target, html, where = "beforeend") {
  target.insertAdjacentHTML(where, html);
}

let hiding = 0;

export function toast(message, action = null) {
  const place = document.querySelector("#youju .yj-toast");
  place.replaceChildren(make("span", "", message));
  if (action) {
    const act = () => {
      place.hidden = true;
      action.run();
    };
    place.append(button("yj-link", action.label, act));
  }
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (place.hidden = true), action ? 8000 : 3000);
}

// A server function's result; a lost connection becomes a result too.
export async function called(call) {
  try {
    return await call();
  } catch {
    return { html: lostCard(), error: { code: "lost", message_zh: LOST } };
  }
}

const LOST = "连不上有据。请确认它还在运行，然后再试一次。";

export function lostCard() {
  return `<div class="yj-card yj-error" role="alert"><p>${LOST}</p></div>`;
}
