// The account page. All that it shows comes from the API and is set as text.
import { me } from "/ui/account.js";
import { ask, element, find, guarded, send } from "/ui/asking.js";
import { showAdmin } from "/ui/account_page/admin.js";
import { adopt, kept } from "/ui/account_page/adopting.js";
import { confirmed } from "/ui/confirming.js";

const trouble = find(".yj-trouble");
const tried = (work) => guarded(trouble, work);
const day = (moment) => moment.slice(0, 10);

function pressed(text, run, style = "yj-link") {
  const made = element("button", style, text);
  made.type = "button";
  made.addEventListener("click", run);
  return made;
}

async function showShares() {
  const shares = await tried(() => ask("/v1/shares"));
  if (!shares) return;
  const rows = shares.map((one) => {
    const row = element("li");
    const link = element("a", "yj-name", one.title);
    link.href = one.path;
    link.target = "_blank";
    row.append(link, element("span", "yj-label", day(one.created)));
    if (one.anyone) row.append(element("span", "yj-tag yj-wary", "不登录也能看"));
    const address = new URL(one.path, location.href).href;
    const copy = pressed("复制", async () => {
      await navigator.clipboard?.writeText(address).catch(() => {});
      copy.textContent = "已复制";
    });
    copy.hidden = !navigator.clipboard;
    const revoke = pressed("收回", async () => {
      await tried(() => send(`/v1/shares/${one.id}`, undefined, "DELETE").catch(gone));
      showShares();
    });
    revoke.setAttribute("aria-label", `收回：${one.title}`);
    row.append(copy, revoke);
    return row;
  });
  find(".yj-shares").replaceChildren(...rows);
}

// A reply without a body is fine.
function gone(error) {
  if (error.code !== "offline") throw error;
}

async function showTokens() {
  const tokens = await tried(() => ask("/v1/me/tokens"));
  if (!tokens) return;
  const rows = tokens.map((one) => {
    const row = element("li");
    const label = one.label || `令牌 ${one.id}`;
    const revoke = pressed("收回", async () => {
      await tried(() => send(`/v1/me/tokens/${one.id}`, undefined, "DELETE").catch(gone));
      showTokens();
    });
    revoke.setAttribute("aria-label", `收回：${label}`);
    row.append(element("span", "yj-name", label), element("span", "yj-label", day(one.created)), revoke);
    return row;
  });
  find(".yj-tokens").replaceChildren(...rows);
}

find(".yj-new-token").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const made = await tried(() => send("/v1/me/tokens", { label: form.label.value.trim() }));
  if (!made) return;
  form.reset();
  const told = element("p", "yj-notice", "只显示这一次，请现在就记在用它的地方。");
  find(".yj-made").replaceChildren(told, element("code", "", made.token));
  showTokens();
});

find(".yj-password").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { old, new: fresh } = event.target.elements;
  const record = { old: old.value, new: fresh.value };
  const done = await tried(async () => {
    await send("/v1/me/password", record).catch(gone);
    return true;
  });
  if (done) location.assign("/account");
});

find("[data-forget]").addEventListener("click", async () => {
  const sure = await confirmed({
    title: "删除我的数据？",
    text: "你的对话、评价、问题集都会删掉，分享的链接都会收回，不能恢复。想留一份，请先导出。用户和密码还在。",
    action: "删除",
  });
  if (!sure) return;
  const done = await tried(() => ask("/v1/me/data", { method: "DELETE" }));
  if (!done) return;
  const told = `已删除 ${done.conversations} 个对话、${done.feedback} 条评价、${done.question_sets} 个问题集，收回 ${done.shares} 个链接。`;
  trouble.replaceChildren(element("p", "yj-notice", told));
  showShares();
});

const adopting = find("[data-adopt]");
adopting.addEventListener("click", async () => {
  const count = kept().length;
  const sure = await confirmed({
    title: `把这个浏览器里的 ${count} 个对话移到账户？`,
    text: "它们是登录以前留在这个浏览器里的，也许是别人问的；移过去以后，这个浏览器里就没有了。",
    action: "移到账户",
  });
  if (!sure) return;
  const done = await tried(adopt);
  if (done === null) return;
  adopting.hidden = true;
  trouble.replaceChildren(element("p", "yj-notice", `已移过去 ${done} 个对话。`));
});

const who = await me();
find(".yj-me").textContent = !who
  ? "连不上有据，请确认它还在运行。"
  : who.user
    ? `${who.name}，${who.role_words}。`
    : who.way === "open"
      ? "这里还没有用户：打得开网页的人都能用。在服务器上用 youju users add 名字 --role admin 加第一个。"
      : "你是用访问口令进来的，能做所有的事，但没有自己的密码和对话记录；对话留在这个浏览器里。";
showShares();
if (who?.user) {
  find(".yj-own").hidden = false;
  const count = kept().length;
  adopting.hidden = !count;
  adopting.textContent = `把这个浏览器里的 ${count} 个对话移到账户`;
  showTokens();
}
if (who?.role === "admin" && who.way !== "open") {
  find(".yj-admin").hidden = false;
  await showAdmin(tried);
  if (["#users", "#audit"].includes(location.hash)) find(location.hash).scrollIntoView();
}
