// The jobs page: a card for each job of /v1/jobs, kept and brought up to date, so that the focus
// and an open log stay where they are.
import { ask, find, guarded, send } from "/ui/asking.js";
import { confirmed } from "/ui/confirming.js";
import { jobCard } from "/ui/jobs_page/card.js";

const BUSY = 1000;
const IDLE = 10000;
const AT_FIRST = 50;
const trouble = find(".yj-trouble");
const groups = { active: find("[data-group=active]"), past: find("[data-group=past]") };
const cards = new Map();
let known = new Map(); // states by id, to tell what changed
let shown = AT_FIRST;
let timer = 0;
let asked = 0;

const isActive = ({ status }) => status === "queued" || status === "running";

async function look() {
  clearTimeout(timer);
  asked += 1;
  const mine = asked;
  const jobs = await guarded(trouble, () => ask("/v1/jobs"));
  if (mine !== asked) return; // a later look is under way
  if (jobs) show(jobs);
  if (!document.hidden) timer = setTimeout(look, jobs?.some(isActive) ? BUSY : IDLE);
}

function show(jobs) {
  const active = jobs.filter(isActive).reverse(); // in the order in which they are done
  const past = jobs.filter((job) => !isActive(job));
  tell(jobs);
  arrange(groups.active, active);
  arrange(groups.past, past.slice(0, shown));
  const known = new Set(jobs.map((job) => job.job_id));
  for (const [id, card] of cards) {
    if (known.has(id)) continue;
    card.item.remove();
    cards.delete(id);
  }
  find(".yj-teach").hidden = jobs.length > 0;
  find("[data-clear]").hidden = !past.some((job) => job.kind !== "evaluation");
  find("[data-more]").hidden = past.length <= shown;
  find("[data-rebuild]").disabled = active.some((job) => job.kind === "rebuild");
}

function arrange(section, jobs) {
  const list = find(".yj-jobs", section);
  section.hidden = jobs.length === 0;
  jobs.forEach((job, at) => {
    let card = cards.get(job.job_id);
    if (!card) {
      card = jobCard(act);
      cards.set(job.job_id, card);
    }
    card.show(job);
    if (list.children[at] === card.item) return;
    const focused = document.activeElement;
    const held = card.item.contains(focused);
    list.insertBefore(card.item, list.children[at] ?? null);
    if (held) (focused.hidden ? card.item : focused).focus();
  });
  while (list.children.length > jobs.length) list.lastElementChild.remove();
}

// Read out: what began, ended or failed since the last look, not every step.
function tell(jobs) {
  const told = jobs
    .filter((job) => known.size && known.get(job.job_id) !== jobCard.stateOf(job))
    .map((job) => `${job.title}：${jobCard.stateOf(job)}`);
  known = new Map(jobs.map((job) => [job.job_id, jobCard.stateOf(job)]));
  if (told.length) find("[data-told]").textContent = told.slice(0, 3).join("；");
}

async function act(verb, job) {
  if (verb === "forget") {
    if (job.kind === "evaluation" && !(await sure())) return;
    await guarded(trouble, () => gone(job.job_id));
  } else await guarded(trouble, () => send(`/v1/jobs/${job.job_id}/${verb}`));
  await changed();
}

const sure = () => confirmed({ title: "清除这次评测？", text: "它的回答和报告都会删掉，不能恢复。", action: "清除" });

async function gone(id) {
  const reply = await fetch(`/v1/jobs/${id}`, { method: "DELETE" });
  if (!reply.ok) throw await reply.json();
}

async function changed() {
  document.dispatchEvent(new Event("youju:jobs"));
  await look();
}

find("[data-rebuild]").addEventListener("click", async () => {
  if (await guarded(trouble, () => send("/v1/jobs", { kind: "rebuild" }))) await changed();
});
find("[data-clear]").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  const jobs = (await guarded(trouble, () => ask("/v1/jobs"))) ?? [];
  for (const job of jobs.filter((one) => !isActive(one) && one.kind !== "evaluation")) {
    if (job.can_retry && job.kind === "import") continue; // its files would go too
    await guarded(trouble, () => gone(job.job_id));
  }
  target.disabled = false;
  await changed();
  find("main").focus();
});
find("[data-more]").addEventListener("click", () => {
  shown += AT_FIRST * 4;
  look();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look();
});
await look();
find("body").dataset.jobs = "ready";
