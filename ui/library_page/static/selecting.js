// Articles chosen in the list: moved, tagged and removed together; what was removed can be undone.
import { element, find, guarded, send } from "/ui/asking.js";
import { confirmed } from "/ui/confirming.js";
import { shown as nameShown } from "/ui/given.js";

const UNDO_SECONDS = 20;

// `list` tells how many articles it has, how many are changed at once, and gives their ids.
export function startSelecting(stock, trouble, changed, list) {
  const bar = find(".yj-selection", stock);
  const whole = find("[data-select-all]", bar);
  const all = find(".yj-all", bar);
  const said = find(".yj-selected", bar);
  const boxes = () => [...stock.querySelectorAll(".yj-listed [data-select]")];
  let everything = null; // ids of all that the list has, on its other pages too
  const chosen = () => everything ?? boxes().filter((box) => box.checked).map((box) => box.dataset.select);
  let turn = 0; // of what is chosen: all that was asked for before a change comes too late
  let kept = new Set(); // what stays chosen when the list is made again

  function show() {
    const count = chosen().length;
    const shown = boxes().length;
    whole.hidden = !(count === shown && list.count() > shown);
    const [total, most] = [list.count(), list.most()];
    whole.textContent =
      total > most
        ? `选中前 ${most.toLocaleString()} 篇（共 ${total.toLocaleString()} 篇）`
        : `选中全部 ${total.toLocaleString()} 篇`;
    bar.hidden = !shown;
    bar.classList.toggle("yj-busy", count > 0);
    all.checked = count > 0 && count >= shown;
    all.indeterminate = count > 0 && count < shown;
    said.textContent = count ? `选中 ${count.toLocaleString()} 篇` : "全选";
    for (const tool of bar.querySelectorAll("select, button, #yj-add-tag")) tool.disabled = !count;
    kept = new Set(chosen());
  }

  async function selectEverything() {
    turn += 1;
    const mine = turn;
    const reply = await guarded(trouble, () => list.ids());
    if (!reply || mine !== turn) return;
    everything = reply.ids;
    show();
  }

  async function shelve(change, done) {
    const reply = await guarded(trouble, () => send("/v1/articles", { articles: chosen(), ...change }, "PATCH"));
    if (!reply) return;
    await changed();
    tell(done(reply));
  }

  async function remove() {
    const reply = await guarded(trouble, () => send("/v1/articles/remove", { articles: chosen() }));
    if (!reply) return;
    await changed();
    offerUndo(reply.removed, trouble, changed);
  }

  whole.addEventListener("click", selectEverything);
  stock.addEventListener("change", (event) => {
    if (event.target === all || event.target.dataset.select) {
      turn += 1;
      everything = null;
    }
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    if (event.target === all || event.target.dataset.select) show();
  });
  find("#yj-move-to", bar).addEventListener("change", ({ target: { value } }) => {
    if (value) shelve({ collection: value }, ({ moved }) => `已把 ${moved.length} 篇移到“${nameShown(value)}”。`);
  });
  find("#yj-untag", bar).addEventListener("change", ({ target: { value } }) => {
    if (value) shelve({ remove_tags: [value] }, ({ untagged }) => `已从 ${untagged.length} 篇去掉“${value}”。`);
  });
  find(".yj-tagging", bar).addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = find("#yj-add-tag", bar);
    const tag = field.value.trim();
    if (!tag) return void field.focus();
    await shelve({ add_tags: [tag] }, ({ tagged }) => `已给 ${tagged.length} 篇加上“${tag}”。`);
    field.value = "";
  });
  find("[data-remove-selected]", bar).addEventListener("click", remove);

  // The list was made again: what is still there and was chosen stays so.
  return () => {
    turn += 1;
    everything = null;
    for (const box of boxes()) box.checked = kept.has(box.dataset.select);
    show();
  };
}

let hiding = 0;

function tell(text, action = null) {
  const place = find(".yj-undo");
  place.replaceChildren(element("span", "", text));
  if (action) {
    const button = element("button", "yj-link", action.label);
    button.type = "button";
    button.addEventListener("click", () => {
      place.hidden = true;
      action.run();
    });
    place.append(button);
  }
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { place.hidden = true; }, (action ? UNDO_SECONDS : 4) * 1000);
}

export function offerUndo(ids, trouble, changed) {
  if (ids.length) tell(`已移除 ${ids.length} 篇，放进了回收站。`, { label: "撤销", run: () => restore(ids, trouble, changed) });
}

export async function restore(ids, trouble, changed) {
  const reply = await guarded(trouble, () => send("/v1/bin/restore", { articles: ids }));
  if (!reply) return;
  await changed();
  tell(`已恢复 ${reply.restored.length} 篇。`);
}

export async function purge(trouble, changed) {
  const sure = await confirmed({
    title: "清空回收站？",
    text: "里面的文章不能再恢复；引用过它们的旧回答仍可核对。",
    action: "清空",
  });
  if (!sure) return;
  const reply = await guarded(trouble, () => send("/v1/bin/purge", {}));
  if (!reply) return;
  await changed();
  tell(`已清空回收站，共 ${reply.purged.length} 篇。`);
}
