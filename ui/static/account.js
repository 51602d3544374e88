// Who is logged in: a menu in the header of every page, where the server asks who people are, and
// links to pages that they may not open taken out.
import { ask, element } from "/ui/asking.js";

const EDITING = ["editor", "admin"];
const NEEDS = { "/evaluation": EDITING, "/jobs": EDITING, "/settings": ["admin"] };
const READS_ONLY = "你是读者：可以查看文章和提问，导入、更正、移除要请编辑来做。";
let asked;

// What `/v1/me` says; null where nothing answers.
export function me() {
  asked ??= ask("/v1/me").catch(() => null);
  return asked;
}

export async function placeAccount(header) {
  const who = await me();
  if (!who || who.way === "open") return;
  document.documentElement.dataset.role = who.role;
  for (const link of header.querySelectorAll(".yj-nav a")) {
    const needed = NEEDS[new URL(link.href).pathname];
    if (needed && !needed.includes(who.role)) link.remove();
  }
  header.append(menu(who));
  const main = document.querySelector("body.yj-page > .yj-main");
  if (location.pathname === "/library" && who.role === "reader" && main) {
    const note = element("p", "yj-notice", READS_ONLY);
    note.setAttribute("role", "note");
    main.prepend(note);
  }
}

function menu(who) {
  const details = element("details", "yj-who");
  const summary = element("summary", "yj-who-name");
  summary.append(element("span", "yj-who-seal", [...who.name][0]), element("span", "", who.name));
  summary.setAttribute("aria-label", `账户：${who.name}`);
  const items = element("div", "yj-who-items");
  items.append(element("p", "yj-label", who.user ? `${who.name} · ${who.role_words}` : "用访问口令进来的"));
  items.append(link("/account", who.user ? "账户与数据" : "分享的链接"));
  if (who.role === "admin") items.append(link("/account#users", "用户与操作记录"));
  if (["session", "token"].includes(who.way)) items.append(leaving());
  else items.append(element("p", "yj-label", "由代理登录"));
  details.append(summary, items);
  document.addEventListener("click", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    details.open = false;
    summary.focus();
  });
  return details;
}

function link(address, text) {
  const made = element("a", "", text);
  made.href = address;
  return made;
}

function leaving() {
  const form = element("form");
  form.method = "post";
  form.action = "/logout";
  form.append(element("button", "", "退出登录"));
  return form;
}

const header = document.querySelector("body.yj-page > .yj-top");
if (header) placeAccount(header);
