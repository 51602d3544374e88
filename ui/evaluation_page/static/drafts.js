// Drafts of questions: looked through one by one, by mouse or by keys, and saved as a set.
import { ask, find, guarded, send } from "/ui/asking.js";
import { named } from "./naming.js";

const KEYS = { a: "accepted", x: "rejected", u: "open" };

// `saved` is called with the id of a new set. Returns what opens the drafts.
export function drafting({ saved, closed }) {
  const panel = find(".yj-drafts");
  const listed = find(".yj-drafts-listed", panel);
  const said = find(".yj-drafts-said", panel);
  const dialog = find(".yj-draft-edit");
  const form = find("form", dialog);
  const wrong = find(".yj-draft-wrong", dialog);
  let editing = null;

  function count({ open, accepted }) {
    find(".yj-drafts-count", panel).textContent = open + accepted ? `待看 ${open}，收下 ${accepted}` : "";
    find("[data-save-drafts]", panel).disabled = !accepted;
    find(".yj-drafts-files", panel).hidden = !(open + accepted);
    find(".yj-drafts-open b").textContent = open ? ` ${open}` : "";
  }

  function show(reply) {
    listed.innerHTML = reply.html;
    count(reply);
  }

  async function load() {
    const reply = await guarded(said, () => ask("/evaluation/drafts"));
    if (reply) show(reply);
  }

  async function propose() {
    const button = find("[data-propose]", panel);
    button.disabled = true;
    said.textContent = "正在从文章里拟问题……";
    const reply = await guarded(said, () => send("/evaluation/drafts", {}));
    button.disabled = false;
    if (!reply) return;
    show(reply);
    said.textContent = `拟出 ${reply.added} 题。`;
    cards().at(-reply.added)?.focus();
  }

  const cards = () => [...listed.querySelectorAll("[data-draft]")];

  function put(card, reply) {
    const template = document.createElement("template");
    template.innerHTML = reply.html;
    const fresh = template.content.firstElementChild;
    card.replaceWith(fresh);
    count(reply);
    return fresh;
  }

  async function decide(card, state) {
    if (card.dataset.state === state) return;
    const reply = await guarded(said, () => send("/evaluation/drafts/decide", { id: card.dataset.draft, state }));
    if (!reply) return;
    const fresh = put(card, reply);
    const all = cards();
    const rest = [...all.slice(all.indexOf(fresh) + 1), ...all];
    (state === "open" ? fresh : rest.find((one) => one.dataset.state === "open") ?? fresh).focus();
  }

  function edit(card) {
    editing = card;
    const fields = JSON.parse(card.dataset.fields);
    wrong.replaceChildren();
    for (const name of ["question", "answers", "evidence"]) form.elements[name].value = fields[name];
    form.elements.answerable.checked = fields.answerable;
    follow();
    dialog.showModal();
    form.elements.question.focus();
  }

  function follow() {
    form.elements.answers.disabled = !form.elements.answerable.checked;
  }

  async function change() {
    const { question, answers, evidence, answerable } = form.elements;
    const reply = await guarded(wrong, () =>
      send(
        "/evaluation/drafts",
        {
          id: editing.dataset.draft,
          question: question.value,
          answers: answers.value,
          evidence: evidence.value,
          answerable: answerable.checked,
        },
        "PATCH",
      ),
    );
    if (!reply) return;
    dialog.close();
    put(editing, reply).focus();
  }

  async function save() {
    const day = new Date().toLocaleDateString("zh-CN").replaceAll("/", "-");
    const name = await named({ title: "存成问题集", name: `草稿 ${day}.jsonl`, action: "存好" });
    if (!name) return;
    const reply = await guarded(said, () => send("/evaluation/drafts/save", { name }));
    if (!reply) return;
    show(reply);
    said.textContent = `${reply.saved} 题已存成问题集“${name}”，可以开始评测。`;
    await saved(reply.set_id);
  }

  panel.addEventListener("click", (event) => {
    const clicked = event.target.closest("button");
    if (!clicked) return;
    event.stopPropagation();
    const data = clicked.dataset;
    const card = clicked.closest("[data-draft]");
    if (data.decide) decide(card, data.decide);
    else if ("edit" in data) edit(card);
    else if ("propose" in data) propose();
    else if ("saveDrafts" in data) save();
    else if ("closeDrafts" in data) {
      panel.hidden = true;
      closed();
    }
  });

  listed.addEventListener("keydown", (event) => {
    const card = event.target;
    if (!card.matches("[data-draft]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = cards();
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const state = KEYS[event.key.toLowerCase()];
    if (step) all[all.indexOf(card) + step]?.focus();
    else if (state) decide(card, state);
    else if (event.key.toLowerCase() === "e" && card.dataset.fields) edit(card);
    else return;
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change();
  });
  form.elements.answerable.addEventListener("change", follow);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || "cancelEdit" in event.target.dataset) dialog.close();
  });

  load();
  return async () => {
    panel.hidden = false;
    await load();
    if (!cards().length) find("[data-propose]", panel).focus();
    else cards()[0].focus();
  };
}
