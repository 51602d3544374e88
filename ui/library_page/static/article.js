// One article in a dialog: its particulars to correct, its paragraphs to split, join and move.
import { ask, find, guarded, send } from "/ui/asking.js";

export function articleDialog(dialog, trouble, changed) {
  let open = null;

  const address = (verb = "") =>
    `/library/articles/${encodeURIComponent(open.id)}${verb}?preview=${open.preview}`;
  const said = () => find(".yj-edit-said", dialog) ?? trouble;

  function show(html) {
    const scrolled = find(".yj-text", dialog)?.scrollTop ?? 0;
    dialog.innerHTML = html;
    find(".yj-text", dialog).scrollTop = scrolled;
  }

  async function change(verb, record) {
    const reply = await guarded(said(), () => send(address(verb), record));
    if (!reply) return;
    show(reply.html);
    said().textContent = "已保存。";
    await changed(open);
  }

  async function remove() {
    if (!window.confirm("移除这篇文章？以后不再用它来回答；源文件不动。")) return;
    const gone = await guarded(said(), () => removed(open.id));
    if (!gone) return;
    dialog.close();
    await changed(null);
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
  return async ({ article: id, preview, words = "" }) => {
    open = { id, preview };
    const searched = new URLSearchParams({ words });
    const reply = await guarded(trouble, () => ask(`${address()}&${searched}`));
    if (!reply) return;
    dialog.replaceChildren();
    dialog.innerHTML = reply.html;
    dialog.showModal();
    find("h3", dialog).focus();
    find("mark", dialog)?.scrollIntoView({ block: "center" });
  };
}

// The API answers a removal with nothing at all.
async function removed(id) {
  const reply = await fetch(`/v1/articles/${encodeURIComponent(id)}`, { method: "DELETE" });
  if (!reply.ok) throw await reply.json();
  return true;
}
