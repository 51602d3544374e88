// Asks for a name in a dialog of ours, which gives the focus back.
import { element } from "/ui/asking.js";

let asked = 0;

// The name, or null where the person thinks better of it.
export function named({ title, name, action }) {
  asked += 1;
  const dialog = element("dialog", "yj-confirm yj-naming");
  const form = element("form");
  const head = element("h2", "", title);
  const label = element("label", "yj-unseen", "名字");
  const field = element("input", "yj-field");
  const row = element("div", "yj-row");
  const no = element("button", "yj-button", "取消");
  const yes = element("button", "yj-button yj-primary", action);
  head.id = `yj-naming-${asked}`;
  dialog.setAttribute("aria-labelledby", head.id);
  field.id = `yj-naming-field-${asked}`;
  label.htmlFor = field.id;
  Object.assign(field, { name: "name", value: name, required: true, maxLength: 100, autocomplete: "off" });
  no.type = "button";
  row.append(no, yes);
  form.append(head, label, field, row);
  dialog.append(form);
  document.body.append(dialog);

  return new Promise((resolve) => {
    let given = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!field.value.trim()) return;
      given = field.value.trim();
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      event.stopPropagation();
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(given);
    });
    dialog.showModal();
    field.select();
  });
}
