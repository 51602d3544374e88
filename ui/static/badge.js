// How many jobs run or wait, beside 任务 in the header of every page; the page's title has it too.
// Asked seldom while nothing runs, and not at all while nobody looks; whoever starts a job says so:
// `document.dispatchEvent(new Event("youju:jobs"))`.
import { me } from "/ui/account.js";

const BUSY = 3000;
const IDLE = 20000;
let timer = 0;
let shown = 0;

function show(count) {
  if (count === shown) return;
  shown = count;
  const link = document.querySelector('.yj-nav a[href="/jobs"]');
  if (!link) return;
  link.querySelector(".yj-badge")?.remove();
  link.removeAttribute("aria-label");
  if (count === 0) return;
  const badge = document.createElement("span");
  badge.className = "yj-badge";
  badge.textContent = count > 99 ? "99+" : String(count);
  link.append(badge);
  link.setAttribute("aria-label", `任务，${count} 个正在进行或排队`);
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const reply = await fetch("/v1/jobs?active=true");
    if (reply.ok) show((await reply.json()).length);
  } catch {
    // the server is away; the page itself says so where it matters
  }
  clearTimeout(timer); // another look may have begun meanwhile
  timer = setTimeout(look, shown ? BUSY : IDLE);
}

me().then((who) => {
  if (who?.role === "reader") return; // the list is not for them
  document.addEventListener("visibilitychange", look);
  document.addEventListener("youju:jobs", look);
  look();
});
