// The question that was really searched, after the earlier ones completed it: change it in place
// and ask again.
import { button, make } from "./dom.js";

export class Searched {
  constructor(onAsk) {
    this.onAsk = onAsk;
  }

  edit(view, question) {
    const line = view.querySelector(".yj-searched");
    const before = [...line.childNodes];
    const form = make("form", "yj-searched-edit");
    const field = make("input", "yj-field");
    field.value = question;
    field.maxLength = 2000;
    field.setAttribute("aria-label", "改成");
    const send = button("yj-button", "重新提问", () => form.requestSubmit());
    form.append(field, send, button("yj-link", "取消", () => line.replaceChildren(...before)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) this.onAsk(view, field.value.trim());
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      line.replaceChildren(...before);
    });
    line.replaceChildren(form);
    field.select();
  }
}
