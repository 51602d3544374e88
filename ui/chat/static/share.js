// Sharing by a link: a dialog that says what will be seen and by whom, then gives the address.
import { me } from "/ui/account.js";
import { button, make, toast } from "./dom.js";
import { copyText } from "./sharing.js";

let opened = 0;

// `turns` are those with an answer; what is shared stays as it is now.
export async function share(app, { title, turns }) {
  const answered = turns.filter((turn) => turn.answer);
  if (!answered.length) {
    toast("还没有回答可以分享。");
    return;
  }
  const who = await me();
  opened += 1;
  const dialog = make("dialog", "yj-share");
  const head = make("h2", "", answered.length > 1 ? "分享这个对话" : "分享这个回答");
  head.id = `yj-share-${opened}`;
  dialog.setAttribute("aria-labelledby", head.id);
  const form = make("form", "yj-share-form");
  form.method = "dialog";
  form.append(
    make("p", "yj-label", `拿到链接的人看到一页只读的内容：${answered.length} 问的引文、出处和回执，以及今天还核对不核对得上。以后再问的不会加进去。`),
    make("p", "yj-label", seenBy(who)),
  );
  const anyone = make("input", "");
  if (who?.public_shares && who.way !== "open") form.append(choice(anyone));
  const trouble = make("p", "yj-trouble");
  trouble.setAttribute("role", "alert");
  const row = make("div", "yj-share-end");
  const create = make("button", "yj-button yj-primary", "生成链接");
  row.append(button("yj-button", "取消", () => dialog.close()), create);
  form.append(trouble, row);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    create.disabled = true;
    try {
      show(dialog, form, await made({ title, turns: answered, anyone: anyone.checked }));
    } catch (error) {
      trouble.textContent = [error.message_en ?? error.message_zh ?? "没有生成，请再试一次。", error.hint_en ?? error.hint].filter(Boolean).join(" ");
      create.disabled = false;
    }
  });
  dialog.append(head, form);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("close", () => dialog.remove());
  app.append(dialog);
  dialog.showModal();
}

function seenBy(who) {
  if (!who || who.way === "open") return "这个服务不用登录：打得开它的人都能看。";
  return who.user ? "看的人要先登录。" : "看的人要先输访问口令。";
}

function choice(box) {
  const label = make("label", "yj-share-anyone");
  box.type = "checkbox";
  label.append(box, make("span", "", "不登录也能看：有链接的人都能看"));
  return label;
}

async function made({ title, turns, anyone }) {
  const record = {
    title: title.slice(0, 200),
    turns: turns.map(({ question, answer }) => ({ question, answer })),
    anyone,
  };
  const reply = await fetch("/v1/shares", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(record),
  });
  const body = await reply.json();
  if (!reply.ok) throw body;
  return body;
}

function show(dialog, form, { path }) {
  const address = new URL(path, location.href).href;
  const field = make("input", "yj-field");
  field.value = address;
  field.readOnly = true;
  field.setAttribute("aria-label", "分享的链接");
  const list = make("a", "yj-link", "我分享的链接");
  list.href = "/account#shares";
  const row = make("div", "yj-share-end");
  const copy = button("yj-button yj-primary", "复制", () => copyText(address, "链接已复制。"));
  row.append(list, button("yj-button", "关闭", () => dialog.close()), copy);
  const look = make("a", "yj-link", "打开看看");
  look.href = path;
  look.target = "_blank";
  form.replaceWith(field, make("p", "yj-label", "链接猜不到；随时可以在“我分享的链接”里收回。"), look, row);
  field.select();
}
