// The evaluation page. HTML comes from ui/evaluation_page, already escaped.
import { ask, find, guarded, send, upload } from "/ui/asking.js";
import { keepSpaced } from "/ui/chat/spacing.js";

const said = find(".yj-said");
const trouble = find(".yj-trouble");
const shown = find(".yj-run-shown");
const all = find(".yj-all");
const dialog = find(".yj-question");
const underway = find(".yj-progress");

const LISTED_EVERY = 5; // questions: so often the answers so far are shown

let current = null;
let filters = { fault: "", kind: "" };
let watching = false;

// ---- sets and runs ----

async function overview(chosen) {
  const kept = find("input[name=set]:checked")?.value;
  const query = new URLSearchParams(chosen ?? kept ? { chosen: chosen ?? kept } : {});
  const reply = await guarded(trouble, () => ask(`/evaluation/overview?${query}`));
  if (!reply) return null;
  find(".yj-sets").replaceChildren(find(".yj-sets legend"), ...replyNodes(reply.sets));
  find(".yj-kept").innerHTML = reply.runs;
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

async function addSet(file) {
  const reply = await guarded(said, () => upload("/evaluation/sets", file));
  if (!reply) return;
  said.innerHTML = reply.html;
  await overview(reply.set_id);
}

async function start() {
  const chosen = find("input[name=set]:checked")?.value;
  if (!chosen) return;
  const reply = await guarded(said, () => send("/evaluation/runs", { set_id: chosen }));
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
  if (!window.confirm("删除这次评测？它的回答和报告都会删掉。")) return;
  if (!(await guarded(trouble, () => send(`/evaluation/runs/${current}`, undefined, "DELETE")))) return;
  current = null;
  shown.replaceChildren();
  all.hidden = true;
  find(".yj-welcome").hidden = false;
  await overview();
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
  if ("compare" in changed.dataset) compare(changed.value);
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

keepSpaced(find("main"));
const latest = await overview();
if (latest) await open(latest);
watch();
