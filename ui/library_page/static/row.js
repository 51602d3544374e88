// A file on its way in, as a row: its progress, result, errors and questions in place.
import { element } from "/ui/asking.js";

export function fileRow(name) {
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
    failed: false,
    over: false,
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
      row.over = true;
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
      row.over = true;
      row.failed = true;
      bar.hidden = true;
      item.classList.add("yj-failed");
      said.setAttribute("role", "alert");
      state.textContent = "没能存入";
      said.append(element("p", "yj-why", error.message_en ?? error.message_zh), element("p", "yj-label", error.hint_en ?? error.hint));
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
