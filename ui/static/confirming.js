// Asks before something is gone for good: a dialog of ours, which looks like the page, reads out
// what it is about, and gives the focus back.
import { element } from "/ui/asking.js";

let asked = 0;

// Whether the person says yes. `title` is the question, `text` what follows from a yes, `action`
// the word on the button. Esc, a click beside it and 取消 say no; the focus begins on 取消.
export function confirmed({ title, text, action }) {
  asked += 1;
  const dialog = element("dialog", "yj-confirm");
  const head = element("h2", "", title);
  const told = element("p", "", text);
  const row = element("div", "yj-row");
  const no = element("button", "yj-button", "取消");
  const yes = element("button", "yj-button yj-primary", action);
  head.id = `yj-confirm-title-${asked}`;
  told.id = `yj-confirm-text-${asked}`;
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", head.id);
  dialog.setAttribute("aria-describedby", told.id);
  for (const button of [no, yes]) button.type = "button";
  no.autofocus = true;
  yes.dataset.yes = "";
  row.append(no, yes);
  dialog.append(head, told, row);
  document.body.append(dialog);

  return new Promise((resolve) => {
    let answer = false;
    const end = (said) => {
      answer = said;
      dialog.close();
    };
    no.addEventListener("click", () => end(false));
    yes.addEventListener("click", () => end(true));
    dialog.addEventListener("click", (event) => {
      event.stopPropagation();
      if (event.target === dialog) end(false);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });
}
