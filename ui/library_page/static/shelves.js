// Collections are made, renamed and removed in a small dialog.
import { ask, find, guarded, send } from "/ui/asking.js";
import { shown } from "/ui/given.js";

const WORDS = {
  create: { title: "新建文集", act: "新建" },
  rename: { title: "给文集改名", act: "改名" },
  remove: { title: "删除文集", act: "删除" },
};

// `done` hears the name of the collection to show next.
export function namingDialog(dialog, done) {
  const form = find("form", dialog);
  const said = find(".yj-naming-said", dialog);
  let open = null;

  async function removed({ id, count }) {
    const where = Number(count) ? `?${new URLSearchParams({ move_to: form.elements.target.value })}` : "";
    const reply = await fetch(`/v1/collections/${id}${where}`, { method: "DELETE" });
    if (!reply.ok) throw await reply.json();
    return { name: "" };
  }

  function sent() {
    const { verb, id } = open;
    const name = form.elements.name.value;
    if (verb === "create") return send("/v1/collections", { name });
    if (verb === "rename") return send(`/v1/collections/${id}`, { name }, "PATCH");
    return removed(open);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = await guarded(said, sent);
    if (!result) return;
    dialog.close();
    await done(result.name);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || "cancel" in event.target.dataset) dialog.close();
  });

  return async ({ shelfDo: verb, id = "", name = "", count = "0" }) => {
    open = { verb, id, count };
    said.replaceChildren();
    find("h3", dialog).textContent = name && verb !== "create" ? `${WORDS[verb].title}“${shown(name)}”` : WORDS[verb].title;
    find("[type=submit]", dialog).textContent = WORDS[verb].act;
    const removing = verb === "remove";
    find(".yj-name-asked", dialog).hidden = removing;
    find(".yj-target-asked", dialog).hidden = !removing || !Number(count);
    form.elements.name.required = !removing;
    form.elements.name.value = verb === "rename" ? name : "";
    if (removing) {
      const others = (await ask("/v1/collections")).filter((one) => String(one.collection_id) !== id);
      form.elements.target.replaceChildren(...others.map((one) => new Option(shown(one.name), one.collection_id)));
    }
    dialog.showModal();
    (removing ? find("[data-cancel]", dialog) : form.elements.name).focus();
  };
}
