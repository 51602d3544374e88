// Users and the audit log, for admins.
import { ask, element, find, send } from "/ui/asking.js";
import { confirmed } from "/ui/confirming.js";

const ROLES = { reader: "读者", editor: "编辑", admin: "管理员" };
let tried;

export async function showAdmin(guard) {
  tried = guard;
  find(".yj-new-user").addEventListener("submit", add);
  find("#yj-event").addEventListener("change", showLog);
  await showUsers();
  await showLog();
}

const address = (name) => `/v1/users/${encodeURIComponent(name)}`;

async function showUsers() {
  const users = await tried(() => ask("/v1/users"));
  if (users) show(users);
}

function show(users) {
  find(".yj-users tbody").replaceChildren(...users.map(row));
}

function row(user) {
  const made = element("tr");
  const name = element("th", "", user.name);
  name.scope = "row";
  const role = element("select", "yj-field");
  role.setAttribute("aria-label", `${user.name}的角色`);
  role.append(...Object.entries(ROLES).map(([key, words]) => new Option(words, key)));
  role.value = user.role;
  role.addEventListener("change", () => changed(() => send(address(user.name), { role: role.value }, "PATCH")));
  const remove = element("button", "yj-link", "移除");
  remove.type = "button";
  remove.setAttribute("aria-label", `移除用户：${user.name}`);
  remove.addEventListener("click", () => removed(user));
  const cell = element("td");
  cell.append(role);
  const last = element("td");
  last.append(remove);
  made.append(name, cell, element("td", "yj-since", user.created.slice(0, 10)), last);
  return made;
}

async function changed(work) {
  const done = await tried(async () => {
    await work();
    return true;
  });
  if (!done) {
    show(await ask("/v1/users").catch(() => [])); // as it was; what went wrong stays in sight
    return;
  }
  await showUsers();
  await showLog();
}

async function removed(user) {
  const sure = await confirmed({
    title: `移除“${user.name}”？`,
    text: "连同其对话、评价、问题集和分享的链接，不能恢复；已有的登录马上结束。",
    action: "移除",
  });
  if (!sure) return;
  await changed(async () => {
    const reply = await fetch(address(user.name), { method: "DELETE" });
    if (!reply.ok) throw await reply.json();
  });
}

async function add(event) {
  event.preventDefault();
  const form = event.target;
  const { name, role, password } = form.elements;
  await changed(async () => {
    await send("/v1/users", { name: name.value, role: role.value, password: password.value });
    form.reset();
  });
}

async function showLog() {
  const chosen = find("#yj-event");
  const reply = await tried(() => ask(`/v1/audit?limit=200&event=${chosen.value}`));
  if (!reply) return;
  if (chosen.length === 1) {
    chosen.append(...Object.entries(reply.events).map(([key, words]) => new Option(words, key)));
  }
  const lines = reply.entries.map(line);
  find(".yj-log").replaceChildren(...(lines.length ? lines : [element("li", "yj-label", "没有记录。")]));
}

function line(one) {
  const made = element("li");
  const when = element("time", "", new Date(one.at).toLocaleString(document.documentElement.lang, { hour12: false }));
  when.dateTime = one.at;
  made.append(when, element("span", "", one.who));
  made.append(element("span", one.status >= 400 ? "yj-refused" : "", one.words));
  return made;
}
