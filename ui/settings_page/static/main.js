// The settings page. HTML comes from ui/settings_page, already escaped.
import { ask, element, find, guarded, problem, send } from "/ui/asking.js";
import { keepSpaced } from "/ui/chat/spacing.js";

const trouble = find(".yj-trouble");
const said = find(".yj-said");
const form = find(".yj-change");
const bar = find(".yj-bar");
const save = find("[name=save]");
const use = find("[type=submit]");
const discard = find("[data-discard]");

const fields = () => [...document.querySelectorAll("[data-setting]")];
const field = (key) => find(`[data-setting="${key}"]`);
const row = (key) => find(`[data-key="${key}"]`);
const kept = (one) =>
  one.tagName === "SELECT" ? find("option[selected]", one).value : one.defaultValue;
const changed = () => fields().filter((one) => one.value !== kept(one));

async function overview() {
  const reply = await guarded(trouble, () => ask("/settings/overview"));
  if (!reply) return find(".yj-groups").replaceChildren();
  find(".yj-groups").innerHTML = reply.html;
  find(".yj-where").innerHTML = reply.file;
  return count();
}

// ---- what is changed and not used yet ----

function count(words) {
  const n = changed().length;
  for (const one of fields()) row(one.dataset.setting).classList.toggle("yj-changed", one.value !== kept(one));
  use.disabled = discard.disabled = n === 0;
  bar.hidden = n === 0 && !words;
  said.textContent = words ?? (n ? `改了 ${n} 项，还没有用上。` : "");
}

function right(key) {
  find(".yj-wrong", row(key)).textContent = "";
  field(key)?.removeAttribute("aria-invalid");
}

function wrong(key, words) {
  find(".yj-wrong", row(key)).textContent = words;
  field(key)?.setAttribute("aria-invalid", "true");
}

// ---- using it ----

async function change(changes, focused, keep = save.checked) {
  for (const one of fields()) right(one.dataset.setting);
  trouble.replaceChildren();
  use.disabled = true;
  let reply;
  try {
    reply = await send("/v1/settings", { changes, save: keep }, "PATCH");
  } catch (error) {
    if (error instanceof Error) throw error;
    count();
    tell(error);
    return;
  }
  const others = changed().filter((one) => !(one.dataset.setting in changes));
  const typed = new Map(others.map((one) => [one.dataset.setting, one.value]));
  await overview();
  for (const [key, value] of typed) field(key).value = value;
  count(`${told(changes, keep, reply.file)}${left()}`);
  if (reply.notes.length) {
    const card = element("div", "yj-notice");
    card.append(...reply.notes.map((note) => element("p", "", `注意：${note}。`)));
    trouble.replaceChildren(card);
  }
  field(focused)?.focus({ preventScroll: true });
}

function told(changes, keep, file) {
  if (Object.values(changes).every((value) => value === null)) return "已改回，下一个问题起生效。";
  const end = keep ? `，也写进了 ${file}` : "；重新启动后还是原来的";
  return `已用上，下一个问题按新设置回答${end}。`;
}

const left = () => (changed().length ? `另有 ${changed().length} 项改了，还没有用上。` : "");

// What is wrong stands beside its field; anything else at the top.
function tell(error) {
  const known = Object.entries(error.fields ?? {}).filter(([key]) => row(key));
  for (const [key, words] of known) wrong(key, words);
  if (known.length) {
    said.textContent = `没有用上：有 ${known.length} 项不行，已在旁边写明。`;
    field(known[0][0])?.focus();
  } else {
    trouble.replaceChildren(problem(error));
    trouble.scrollIntoView({ block: "center" });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = changed();
  if (!given.length) return;
  const changes = Object.fromEntries(given.map((one) => [one.dataset.setting, one.value.trim()]));
  change(changes, document.activeElement?.dataset?.setting ?? given[0].dataset.setting);
});

form.addEventListener("input", (event) => {
  const key = event.target.dataset.setting;
  if (!key) return;
  right(key);
  count();
});

form.addEventListener("click", (event) => {
  const { back, fill, value } = event.target.closest("button")?.dataset ?? {};
  if (back) change({ [back]: null }, back, false); // the file is left as it is
  if (fill) {
    field(fill).value = value;
    field(fill).focus();
    count();
  }
});

discard.addEventListener("click", () => {
  for (const one of fields()) {
    one.value = kept(one);
    right(one.dataset.setting);
  }
  count();
});

window.addEventListener("beforeunload", (event) => {
  if (changed().length) event.preventDefault();
});

keepSpaced(find("main"));
await overview();
