// Files on their way in: sent one after the other, each with its progress, result or error in place.
import { ask, element, find, send, upload } from "/ui/asking.js";

const STATES = { queued: "排队中", reading: "正在读取、编入索引……", read: "快好了……" };
const WAIT = 400;

export function startUploads(list, lookFirst, changed) {
  let turn = Promise.resolve();

  return (files) => {
    for (const file of files) {
      const row = fileRow(file.name);
      list.prepend(row.item);
      turn = turn.then(() => take(file, row, lookFirst() ? look : store, changed));
    }
  };
}

async function take(file, row, how, changed) {
  try {
    await how(file, row, changed);
  } catch (error) {
    if (error instanceof Error) throw error;
    row.fail(error);
  }
}

async function store(file, row, changed) {
  const form = new FormData();
  form.append("files", file, file.name);
  row.say("正在上传……");
  const job = await upload("/v1/articles?wait=0", form, row.show);
  await follow(job, row, changed);
}

async function look(file, row, changed) {
  row.say("正在读取……");
  const found = await upload("/library/previews", file, row.show);
  row.done("还没有存入，点开可以先更正");
  row.articles(found.html);
  const address = `/library/previews/${found.preview_id}`;
  row.offer("存入", async () => {
    row.busy();
    await follow(await send(`${address}/store`), row, changed);
  });
  row.offer("放弃", async () => {
    await send(address, undefined, "DELETE");
    row.item.remove();
  });
}

// Polls a job until its one file is stored or refused.
async function follow(job, row, changed) {
  let now = job;
  while (now.status === "queued" || now.status === "running") {
    row.say(STATES[now.files[0].status] ?? "");
    await new Promise((resolve) => setTimeout(resolve, WAIT));
    now = await ask(`/v1/jobs/${now.job_id}`);
  }
  const [file] = now.files;
  const error = file.error ?? now.error;
  if (file.status === "failed") throw error;
  row.done(result(file));
  if (error) row.fail(error);
  if (file.articles.length) {
    const ids = new URLSearchParams({ ids: file.articles.join(",") });
    row.articles((await ask(`/library/rows?${ids}`)).html);
  }
  await changed();
}

function result(file) {
  const count = `${file.articles.length} 篇文章`;
  if (file.duplicate_of) return `与《${file.duplicate_of}》内容相同，没有重复存入`;
  return { stored: `存入 ${count}`, replaced: `已更新，${count}` }[file.status] ?? "没有变化，早已存好";
}

function fileRow(name) {
  const item = element("li", "yj-file");
  const head = element("div", "yj-row yj-apart");
  const state = element("span", "yj-label");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", `${name} 的进度`);
  const said = element("div");
  const buttons = element("div", "yj-row");
  head.append(element("span", "yj-name", name), state);
  item.append(head, bar, said, buttons);

  const row = {
    item,
    say: (text) => { state.textContent = text; },
    show: (share) => {
      if (share < 1) bar.value = share;
      else bar.removeAttribute("value");
    },
    busy: () => {
      bar.hidden = false;
      bar.removeAttribute("value");
      buttons.replaceChildren();
    },
    done: (text) => {
      bar.hidden = true;
      row.say(text);
    },
    articles: (html) => {
      const rows = element("ul", "yj-articles");
      rows.innerHTML = html;
      said.replaceChildren(rows);
    },
    fail: (error) => {
      bar.hidden = true;
      item.classList.add("yj-failed");
      item.setAttribute("role", "alert");
      state.textContent = "没能存入";
      said.append(element("p", "yj-why", error.message_zh), element("p", "yj-label", error.hint));
    },
    offer: (label, act) => {
      const button = element("button", "yj-button", label);
      button.type = "button";
      button.addEventListener("click", () => act().catch(row.fail));
      buttons.append(button);
    },
  };
  return row;
}

// Files dropped anywhere on the page are taken; folders and text are not.
export function takeDrops(zone, input, take_) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add("yj-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("yj-over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("yj-over");
    take_([...event.dataTransfer.files]);
  });
  input.addEventListener("change", () => {
    take_([...input.files]);
    input.value = "";
  });
  find("body").dataset.drops = "ready";
}
