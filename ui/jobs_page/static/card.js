// One job as a card: what it is, how far, how long still, what happened, what can be done.
import { ask, element } from "/ui/asking.js";

const KINDS = { import: "导入", correction: "更正", rebuild: "重建", evaluation: "评测" };
const STATES = {
  queued: "排队中",
  running: "正在做",
  done: "做完了",
  failed: "没有做完",
  cancelled: "已取消",
  interrupted: "中断了",
};
const TONES = { done: "yj-good", failed: "yj-bad", cancelled: "", interrupted: "yj-wary", queued: "", running: "yj-wary" };
const PLACES = { import: "/library", correction: "/library", evaluation: "/evaluation" };

// `act(verb, job)` cancels, retries or forgets.
export function jobCard(act) {
  const item = element("li", "yj-job");
  const head = element("div", "yj-job-head");
  const name = element("div", "yj-job-name");
  const kind = element("span", "yj-tag");
  const title = element("a", "yj-job-title");
  const state = element("span", "yj-tag");
  const acts = element("div", "yj-job-acts");
  const bar = document.createElement("progress");
  const facts = element("p", "yj-label");
  const why = element("p", "yj-why");
  const hint = element("p", "yj-label");
  const details = document.createElement("details");
  const summary = element("summary", "yj-link", "记录");
  const log = element("ul", "yj-log");
  const foot = element("div", "yj-job-foot");
  let job = null;

  const buttons = { cancel: "取消", retry: "重试", forget: "清除" };
  for (const [verb, label] of Object.entries(buttons)) {
    const button = element("button", "yj-button", label);
    button.type = "button";
    button.dataset.verb = verb;
    button.addEventListener("click", async () => {
      button.disabled = true;
      await act(verb, job);
      button.disabled = false;
    });
    buttons[verb] = button;
    acts.append(button);
  }
  item.tabIndex = -1;
  log.tabIndex = 0;
  log.setAttribute("aria-label", "记录");
  name.append(kind, title, state);
  head.append(name, acts);
  details.append(summary, log);
  foot.append(facts, details);
  item.append(head, bar, why, hint, foot);
  details.addEventListener("toggle", () => details.open && read());

  async function read() {
    const whole = await ask(`/v1/jobs/${job.job_id}`).catch(() => null);
    if (!whole) return;
    const lines = [...whole.log.map(line), ...whole.files.filter((file) => file.remarks.length || file.duplicate_of).map(remark)];
    const below = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
    log.replaceChildren(...(lines.length ? lines : [element("li", "", "还没有记录。")]));
    if (below) log.scrollTop = log.scrollHeight;
  }

  function show(now) {
    const before = job;
    job = now;
    const running = now.status === "running";
    kind.textContent = KINDS[now.kind];
    title.textContent = now.title;
    if (PLACES[now.kind]) title.href = PLACES[now.kind];
    state.textContent = stateOf(now);
    state.className = `yj-tag ${TONES[now.status]}`;
    bar.hidden = !running;
    bar.setAttribute("aria-label", `${now.title}的进度`);
    if (now.share === null || (now.share === 0 && now.kind === "import")) bar.removeAttribute("value");
    else bar.value = now.share;
    facts.textContent = told(now);
    why.textContent = now.error?.message_en ?? now.error?.message_zh ?? now.awaiting ?? "";
    hint.textContent = now.error?.hint_en ?? now.error?.hint ?? "";
    buttons.cancel.hidden = !now.can_cancel;
    buttons.retry.hidden = !now.can_retry;
    buttons.forget.hidden = now.status === "queued" || running;
    for (const [verb, button] of Object.entries(buttons)) button.setAttribute("aria-label", `${button.textContent}：${now.title}`);
    if (details.open && (running || before?.status !== now.status)) read();
  }

  return { item, show };
}

// What a person reads of how a job stands.
function stateOf(job) {
  if (job.stopping) return "正在停下";
  if (job.awaiting) return "正在等";
  if (job.status === "failed" && job.refused === job.total) return "没有收下";
  return STATES[job.status];
}

jobCard.stateOf = stateOf;

function line({ at, text }) {
  const item = document.createElement("li");
  const time = element("time", "", clock(at));
  time.dateTime = at;
  item.append(time, element("span", "", text));
  return item;
}

function remark(file) {
  const item = document.createElement("li");
  const text = file.duplicate_of ? `与《${file.duplicate_of}》内容相同，没有重复存入` : file.remarks.join("；");
  item.append(element("span", "", file.file), element("span", "", text));
  return item;
}

function told(job) {
  const parts = [];
  if (job.kind === "import") parts.push(job.status === "queued" ? `${job.total} 个文件` : `读完 ${job.done}/${job.total} 个文件`);
  if (job.kind === "evaluation") parts.push(job.status === "running" || job.status === "done" ? `${job.done}/${job.total} 题` : `共 ${job.total} 题`);
  if (job.refused && job.refused < job.total) parts.push(`${job.refused} 个没有收下`);
  if (job.passages) parts.push(`存入 ${job.passages} 段`);
  if (job.status === "running") {
    if (job.rate) parts.push(`每秒 ${job.rate < 10 ? job.rate.toFixed(1) : Math.round(job.rate)} ${job.unit}`);
    if (job.seconds >= 1) parts.push(`已用 ${spell(job.seconds)}`);
    if (job.seconds_left !== null) parts.push(`大约还要 ${spell(job.seconds_left)}`);
  } else {
    parts.push(clock(job.ended ?? job.created));
    if (job.seconds >= 1) parts.push(`用了 ${spell(job.seconds)}`);
  }
  return parts.join(" · ");
}

function spell(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} 秒`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} 分钟`;
  return `${Math.floor(seconds / 3600)} 小时 ${Math.round((seconds % 3600) / 60)} 分`;
}

function clock(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(document.documentElement.lang, {
    ...(today ? {} : { month: "numeric", day: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
}
