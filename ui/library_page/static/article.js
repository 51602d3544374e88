// One article in a dialog: its particulars to correct, its paragraphs to split, join and move.
import { ask, find, guarded, send } from "/ui/asking.js";

export function articleDialog(dialog, trouble, changed, onRemoved) {
  let open = null;

  const address = (verb = "") =>
    `/library/articles/${encodeURIComponent(open.id)}${verb}?preview=${open.preview}`;
  let busy = false;
  const said = () => find(".yj-edit-said", dialog) ?? trouble;

  function show(html) {
    const scrolled = find(".yj-text", dialog)?.scrollTop ?? 0;
    dialog.innerHTML = html;
    find(".yj-text", dialog).scrollTop = scrolled;
  }

  // One change at a time: meanwhile nothing in the dialog can be pressed but its closing.
  async function change(verb, record) {
    if (busy) return;
    setBusy(true);
    const reply = await guarded(said(), () => send(address(verb), record));
    setBusy(false);
    if (!reply) return;
    show(reply.html);
    said().textContent = "已保存。";
    await changed(open);
  }

  function setBusy(now) {
    busy = now;
    dialog.toggleAttribute("data-busy", now);
    dialog.setAttribute("aria-busy", String(now));
    if (now) said().textContent = "正在保存……";
    for (const one of dialog.querySelectorAll(":is(button, select):not([data-close])")) one.disabled = now;
    for (const one of dialog.querySelectorAll("input")) one.readOnly = now;
  }

  async function remove() {
    const { id } = open;
    const gone = await guarded(said(), () => send("/v1/articles/remove", { articles: [id] }));
    if (!gone) return;
    dialog.close();
    await changed(null);
    onRemoved([id]); // which can undo it, so nobody is asked first
  }

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const data = event.target.closest("button")?.dataset ?? {};
    if ("close" in data) dialog.close();
    else if ("remove" in data) remove();
    else if (data.join) change("/join", { n: Number(data.join) });
    else if (data.split) change("/split", { n: Number(data.split), piece: Number(data.piece) });
  });
  dialog.addEventListener("change", (event) => {
    const { move } = event.target.dataset;
    if (move && event.target.value) change("/move", { n: Number(move), target: event.target.value });
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    change("/amend", Object.fromEntries(new FormData(event.target)));
  });

  // Opens an article; where `words` were searched for, at the first of them.
  return async ({ article: id, preview, old, words = "" }) => {
    open = { id, preview };
    const searched = new URLSearchParams({ words });
    const place = old ? `/library/superseded/${old}` : `${address()}&${searched}`;
    const reply = await guarded(trouble, () => ask(place));
    if (!reply) return;
    dialog.replaceChildren();
    dialog.innerHTML = reply.html;
    dialog.showModal();
    find("h3", dialog).focus();
    find("mark", dialog)?.scrollIntoView({ block: "center" });
  };
}
