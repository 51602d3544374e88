// A large file in parts: a broken connection costs one part. After a reload, the same file chosen
// again goes on where it was.
import { ask, send } from "/ui/asking.js";

const TRIES = 8;
const FIRST_PAUSE = 500;
const KEPT = "youju.parts";

// The job of the file, once all of it is there. `share` hears of the share that is, `say` of waits.
export async function sendInParts(file, collection, { share, say }) {
  const key = JSON.stringify([file.name, file.size, file.lastModified, collection]);
  const begun = (await goneOn(key)) ?? (await send("/v1/uploads", { name: file.name, size: file.size, collection: collection || null }));
  keep(key, begun.upload_id);
  const address = `/v1/uploads/${begun.upload_id}`;
  const here = new Set(begun.received);
  for (let number = 0; number < begun.parts; number += 1) {
    if (here.has(number)) continue;
    const from = number * begun.part_size;
    await again(() => put(`${address}/parts/${number}`, file.slice(from, from + begun.part_size)), say);
    here.add(number);
    share(here.size / begun.parts);
    say(`正在上传……${here.size}/${begun.parts} 段`);
  }
  const job = await again(() => send(`${address}/finish?wait=0`), say);
  keep(key, null);
  return job;
}

async function goneOn(key) {
  const id = kept()[key];
  return id ? ask(`/v1/uploads/${id}`).catch(() => null) : null;
}

const put = (address, body) =>
  ask(address, { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body });

// Tries once more, later each time, what the connection or a busy server did not take.
async function again(work, say) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!["offline", "busy", "starting"].includes(error.code) || tries === TRIES) throw error;
    }
    say("连接断了，正在重试……");
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE * 2 ** (tries - 1)));
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function keep(key, id) {
  const all = kept();
  delete all[key];
  if (id) all[key] = id;
  try {
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-20))));
  } catch {
    // then a reload begins anew
  }
}
