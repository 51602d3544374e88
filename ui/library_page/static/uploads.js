// Files on their way in: sent one after the other, each with its progress, result or error in place.
import { ask, element, send, upload } from "/ui/asking.js";

const STATES = { queued: "排队中", reading: "正在读取、编入索引……", read: "快好了……" };
const WAIT = 400;

export function startUploads(list, tally, lookFirst, changed) {
  let turn = Promise.resolve();
  const count = { all: 0, done: 0, failed: 0 };

  function tell() {
    const { all, done, failed } = count;
    const wrong = failed ? `，${failed} 个没能读入` : "";
    tally.textContent = all > 1 ? `共 ${all} 个文件，处理完 ${done} 个${wrong}` : "";
  }

  async function take(file, row) {
    row.begin();
    try {
      await (lookFirst() ? look : store)(file, row, changed);
    } catch (error) {
      if (error instanceof Error) throw error;
      row.fail(error);
      count.failed += 1;
    } finally {
      count.done += 1;
      tell();
    }
  }

  return (files) => {
    const rows = files.map((file) => fileRow(file.name));
    list.prepend(...rows.map((row) => row.item));
    files.forEach((file, at) => {
      turn = turn.then(() => take(file, rows[at]));
    });
    count.all += files.length;
    tell();
  };
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
  row.remark(file.remarks);
  if (error) row.fail(error);
  if (file.articles.length) {
    const ids = new URLSearchParams({ ids: file.articles.join(",") });
    const { html, namesakes } = await ask(`/library/rows?${ids}`);
    row.articles(html);
    if (file.status === "stored" && namesakes) offerToReplace(file.articles[0], namesakes, row, changed);
  }
  await changed();
}

// Another file of this name is in the library: the two may be states of one, or two papers' pages.
function offerToReplace(article, count, row, changed) {
  row.ask(`库里原有一份同名的文件，其中 ${count} 篇还在用来回答。`);
  row.offer("用这一份替换", async () => {
    await send(`/library/articles/${encodeURIComponent(article)}/replace`);
    row.answered();
    row.done("已替换同名的旧文件");
    await changed();
  });
  row.offer("两份都留着", async () => row.answered());
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
  const remarks = element("div");
  const asked = element("p", "yj-label");
  const buttons = element("div", "yj-row");
  bar.hidden = true;
  head.append(element("span", "yj-name", name), state);
  item.append(head, bar, said, remarks, asked, buttons);
  state.textContent = "等候中";

  const row = {
    item,
    say: (text) => { state.textContent = text; },
    show: (share) => {
      if (share < 1) bar.value = share;
      else bar.removeAttribute("value");
    },
    begin: () => { bar.hidden = false; },
    busy: () => {
      bar.hidden = false;
      bar.removeAttribute("value");
      row.answered();
    },
    ask: (question) => {
      asked.textContent = question;
    },
    answered: () => {
      asked.textContent = "";
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
    remark: (texts) => {
      remarks.replaceChildren(...texts.map((text) => element("p", "yj-label", text)));
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
