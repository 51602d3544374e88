// The evaluation page. HTML comes from ui/evaluation_page, already escaped.
import { ask, find, guarded, send, upload } from "/ui/asking.js";
import { keepSpaced } from "/ui/chat/spacing.js";
import { confirmed } from "/ui/confirming.js";
import { shown as nameShown } from "/ui/given.js";
import { drafting } from "./drafts.js";
import { named } from "./naming.js";

const said = find(".yj-said");
const trouble = find(".yj-trouble");
const shown = find(".yj-run-shown");
const all = find(".yj-all");
const dialog = find(".yj-question");
const underway = find(".yj-progress");
const within = find("[name=within]");

const LISTED_EVERY = 5; // questions: so often the answers so far are shown

let current = null;
let filters = { fault: "", kind: "" };
let watching = false;

// ---- sets and runs ----

// Offered where there is more than one collection.
async function offerCollections() {
  const kept = within.value;
  const known = await ask("/v1/collections").catch(() => []);
  within.replaceChildren(within.firstElementChild, ...known.map((one) => new Option(nameShown(one.name), one.name)));
  within.value = known.some((one) => one.name === kept) ? kept : "";
  within.closest("label").hidden = known.length < 2;
}

async function overview(chosen) {
  const kept = find("input[name=set]:checked")?.value;
  const query = new URLSearchParams(chosen ?? kept ? { chosen: chosen ?? kept } : {});
  const reply = await guarded(trouble, () => ask(`/evaluation/overview?${query}`));
  if (!reply) return null;
  find(".yj-sets").replaceChildren(find(".yj-sets legend"), ...replyNodes(reply.sets));
  find(".yj-kept").innerHTML = reply.runs;
  offerForSet();
  markCurrent();
  return reply.latest;
}

function replyNodes(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.children;
}

function markCurrent() {
  for (const button of document.querySelectorAll("[data-run]")) {
    if (button.dataset.run === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

// What comes with the program has no name to change.
function offerForSet() {
  const chosen = find("input[name=set]:checked")?.value;
  find(".yj-of-set").hidden = !chosen || chosen === "bundled";
}

async function renameSet() {
  const chosen = find("input[name=set]:checked");
  const name = await named({ title: "给问题集改名", name: nameOf(chosen), action: "改名" });
  if (!name) return;
  if (await guarded(said, () => send(`/evaluation/sets/${chosen.value}`, { name }, "PATCH"))) await overview();
}

async function removeSet() {
  const chosen = find("input[name=set]:checked");
  const sure = await confirmed({
    title: `删除问题集“${nameOf(chosen)}”？`,
    text: "题目会删掉，不能恢复；用它做过的评测都还在。",
    action: "删除",
  });
  if (!sure) return;
  if (await guarded(said, () => send(`/evaluation/sets/${chosen.value}`, undefined, "DELETE"))) await overview("bundled");
}

const nameOf = (radio) => find(".yj-name", radio.closest("label")).textContent;

async function addSet(file) {
  const reply = await guarded(said, () => upload("/evaluation/sets", file));
  if (!reply) return;
  said.innerHTML = reply.html;
  await overview(reply.set_id);
}

async function start() {
  const chosen = find("input[name=set]:checked")?.value;
  if (!chosen) return;
  const collections = within.value ? [within.value] : [];
  const reply = await guarded(said, () => send("/evaluation/runs", { set_id: chosen, collections }));
  if (reply) await begin(reply.run_id);
}

async function begin(run) {
  await overview();
  await open(run);
  watch();
}

// ---- progress ----

async function watch() {
  if (watching) return;
  watching = true;
  for (let listed = 0; ;) {
    const now = await ask("/evaluation/progress").catch(() => null);
    if (!now?.run_id) break;
    if (now.run_id === current && now.done >= listed + LISTED_EVERY) {
      listed = now.done;
      await open(current, true);
    }
    underway.hidden = false;
    find("progress").max = now.total || 1;
    find("progress").value = now.done;
    find(".yj-progress-text").textContent = progressText(now);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  watching = false;
  if (underway.hidden) return;
  underway.hidden = true;
  await overview();
  if (current) await open(current);
}

function progressText({ done, total, seconds }) {
  if (done >= total) return "问完了，正在评判……";
  const left = done > 2 ? Math.ceil((seconds / done) * (total - done)) : null;
  const time = left === null ? "" : left > 90 ? `，约剩 ${Math.ceil(left / 60)} 分钟` : `，约剩 ${left} 秒`;
  return `第 ${done + 1} / ${total} 题${time}`;
}

// ---- one run ----

async function open(run, keepFilters = false) {
  if (!keepFilters) filters = { fault: "", kind: "" };
  current = run;
  const reply = await guarded(trouble, () =>
    ask(`/evaluation/runs/${run}?${new URLSearchParams(filters)}`),
  );
  if (!reply) return;
  find(".yj-welcome").hidden = true;
  if (!keepFilters) {
    shown.innerHTML = reply.html;
  }
  all.hidden = false;
  find(".yj-list").innerHTML = reply.questions;
  markCurrent();
}

async function compare(other) {
  const compared = find(".yj-compared");
  if (!other) return compared.replaceChildren();
  compared.textContent = "正在比较……";
  const reply = await guarded(trouble, () => ask(`/evaluation/runs/${current}/compare/${other}`));
  if (reply) compared.innerHTML = reply.html;
  else compared.replaceChildren();
}

async function remove() {
  const sure = await confirmed({
    title: "删除这次评测？",
    text: "它的回答和报告都会删掉，不能恢复。",
    action: "删除",
  });
  if (!sure) return;
  if (!(await guarded(trouble, () => send(`/evaluation/runs/${current}`, undefined, "DELETE")))) return;
  current = null;
  shown.replaceChildren();
  all.hidden = true;
  find(".yj-welcome").hidden = false;
  await overview();
  find("main").focus();
}

async function rename(before) {
  const name = await named({ title: "给这次评测改名", name: before, action: "改名" });
  if (!name) return;
  if (!(await guarded(trouble, () => send(`/evaluation/runs/${current}`, { name }, "PATCH")))) return;
  await overview();
  await open(current);
  find("[data-rename]")?.focus();
}

async function openQuestion(id) {
  const query = new URLSearchParams({ id });
  const reply = await guarded(trouble, () => ask(`/evaluation/runs/${current}/question?${query}`));
  if (!reply) return;
  dialog.innerHTML = reply.html;
  dialog.showModal();
  find("h3", dialog).focus();
}

// ---- events ----

document.addEventListener("click", (event) => {
  if (event.target === dialog) return dialog.close();
  const clicked = event.target.closest("button");
  if (!clicked) return undefined;
  const data = clicked.dataset;
  if (data.run) open(data.run);
  else if (data.question) openQuestion(data.question);
  else if (data.fault !== undefined) {
    filters.fault = data.fault;
    open(current, true).then(() => find(`[data-fault="${data.fault}"]`)?.focus());
  } else if ("resume" in data) resume();
  else if ("remove" in data) remove();
  else if (data.rename) rename(data.rename);
  else if ("renameSet" in data) renameSet();
  else if ("removeSet" in data) removeSet();
  else if ("openDrafts" in data) openDrafts();
  else if ("cancel" in data) send("/evaluation/cancel");
  else if ("close" in data) dialog.close();
  return undefined;
});

async function resume() {
  const reply = await guarded(trouble, () => send(`/evaluation/runs/${current}/resume`));
  if (reply) await begin(reply.run_id);
}

document.addEventListener("change", (event) => {
  const changed = event.target;
  if (changed.name === "set") offerForSet();
  else if ("compare" in changed.dataset) compare(changed.value);
  else if ("kind" in changed.dataset) {
    filters.kind = changed.value;
    open(current, true).then(() => find("#yj-kind")?.focus());
  } else if (changed.type === "file" && changed.files.length) {
    addSet(changed.files[0]);
    changed.value = "";
  }
});
find(".yj-start").addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});

const openDrafts = drafting({
  saved: (set) => overview(set),
  closed: () => find("[data-open-drafts]").focus(),
});

keepSpaced(find("main"));
await offerCollections();
const latest = await overview();
if (latest) await open(latest);
watch();
