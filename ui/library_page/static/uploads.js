// Files on their way in: sent one after the other, each with its progress, result or error in place.
import { ask, send, upload } from "/ui/asking.js";
import { sendInParts } from "/ui/library_page/parts.js";
import { fileRow } from "/ui/library_page/row.js";

const STATES = { queued: "排队中", reading: "正在读取、编入索引……", read: "快好了……" };
const WAIT = 400;
const IN_PARTS = 32 * 2 ** 20; // a file larger than this comes in parts
const MOST_FILES = 20;
const MOST_BYTES = 16 * 2 ** 20;
const BUSY_WAIT = 3000;
const MOST_TRIES = 200;
const UNDONE = {
  cancelled: { message_zh: "已取消。", hint: "可以在“任务”里重试。" },
  interrupted: { message_zh: "服务停了，没有做完。", hint: "可以在“任务”里重试。" },
};

// `into` gives the collection that new articles go to, or nothing.
export function startUploads(list, tally, { lookFirst, into }, changed) {
  let turn = Promise.resolve();
  const count = { all: 0, done: 0, failed: 0 };

  function tell() {
    const { all, done, failed } = count;
    const wrong = failed ? `，${failed} 个没能读入` : "";
    tally.textContent = all > 1 ? `共 ${all} 个文件，处理完 ${done} 个${wrong}` : "";
  }

  // Does `work` for some rows, in its turn; what goes wrong with all of them is told in each.
  function later(rows, work) {
    const done = turn.then(async () => {
      for (const row of rows) row.begin();
      try {
        await work();
      } catch (error) {
        if (error instanceof Error) throw error;
        for (const row of rows.filter((one) => !one.over)) row.fail(error);
      } finally {
        count.done += rows.length;
        count.failed += rows.filter((one) => one.failed).length;
        tell();
        document.dispatchEvent(new Event("youju:jobs"));
      }
    });
    turn = done.catch(() => {});
    return done;
  }

  function added(names) {
    const rows = names.map((name) => fileRow(name));
    list.prepend(...rows.map((row) => row.item));
    count.all += rows.length;
    tell();
    return rows;
  }

  return {
    take(files) {
      const rows = added(files.map((file) => file.name));
      const rowOf = new Map(files.map((file, at) => [file, rows[at]]));
      const looks = lookFirst();
      for (const some of looks ? files.map((file) => [file]) : together(files)) {
        const theirs = some.map((file) => rowOf.get(file));
        later(theirs, () =>
          looks ? look(some[0], theirs[0], changed, into()) : store(some, theirs, changed, into()),
        );
      }
    },
    // A job that `begin` starts, as a row; gives whether something was stored.
    async follow(name, said, begin) {
      const [row] = added([name]);
      await later([row], async () => {
        row.say(said);
        await follow(await begin(into()), [row], changed);
      });
      return !row.failed;
    },
  };
}

// Small files go together, as one job; a large one alone, in parts.
function together(files) {
  const groups = [];
  let size = 0;
  for (const file of files) {
    const last = groups.at(-1);
    if (last && last.length < MOST_FILES && size + file.size <= MOST_BYTES) {
      last.push(file);
      size += file.size;
    } else {
      groups.push([file]);
      size = file.size;
    }
  }
  return groups;
}

async function store(files, rows, changed, collection) {
  const share = (part) => rows.forEach((row) => row.show(part));
  for (const row of rows) row.say("正在上传……");
  const job = files[0].size > IN_PARTS
    ? await sendInParts(files[0], collection, { share, say: (text) => rows[0].say(text) })
    : await patiently(() => upload("/v1/articles?wait=0", formOf(files, collection), share), rows);
  document.dispatchEvent(new Event("youju:jobs"));
  await follow(job, rows, changed);
}

function formOf(files, collection) {
  const form = new FormData();
  if (collection) form.append("collection", collection);
  for (const file of files) form.append("files", file, file.name);
  return form;
}

// Where too many jobs wait already, waits for one of them to end.
async function patiently(work, rows) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (error.code !== "busy" || tries === MOST_TRIES) throw error;
    }
    for (const row of rows) row.say("前面的任务太多，等一会儿再传……");
    await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT));
  }
}

async function look(file, row, changed, collection) {
  row.say("正在读取……");
  const found = await upload("/library/previews", file, row.show);
  row.done("还没有存入，点开可以先更正");
  row.articles(found.html);
  const address = `/library/previews/${found.preview_id}`;
  row.offer("存入", async () => {
    row.busy();
    const into = new URLSearchParams({ collection });
    await follow(await send(`${address}/store?${into}`), [row], changed);
  });
  row.offer("放弃", async () => {
    await send(address, undefined, "DELETE");
    row.item.remove();
  });
}

// Polls a job until its files are stored or refused.
async function follow(job, rows, changed) {
  let now = job;
  while (now.status === "queued" || now.status === "running") {
    now.files.forEach((file, at) => rows[at].say(STATES[file.status] ?? ""));
    await new Promise((resolve) => setTimeout(resolve, WAIT));
    now = await ask(`/v1/jobs/${now.job_id}`);
  }
  const refused = now.refused > 0 && now.refused === now.total; // each file has its reason
  if (now.status !== "done" && !refused) throw now.error ?? UNDONE[now.status];
  for (const [at, file] of now.files.entries()) await tell(file, rows[at], changed);
  await changed();
}

async function tell(file, row, changed) {
  if (file.status === "failed") return void row.fail(file.error);
  row.done(result(file));
  row.remark(file.remarks);
  if (file.error) row.fail(file.error);
  if (!file.articles.length) return;
  const ids = new URLSearchParams({ ids: file.articles.join(",") });
  const { html, namesakes } = await ask(`/library/rows?${ids}`);
  row.articles(html);
  if (file.status === "stored" && namesakes) offerToReplace(file.articles[0], namesakes, row, changed);
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
