// The library page. HTML comes from ui/library_page, already escaped.
import { ask, find, guarded } from "/ui/asking.js";
import { shown } from "/ui/given.js";
import { keepSpaced } from "/ui/chat/spacing.js";
import { articleDialog } from "/ui/library_page/article.js";
import { takeDrops } from "/ui/library_page/drops.js";
import { startList } from "/ui/library_page/list.js";
import { offerUndo, purge, restore, startSelecting } from "/ui/library_page/selecting.js";
import { namingDialog } from "/ui/library_page/shelves.js";
import { startUploads } from "/ui/library_page/uploads.js";
import { takeAddresses } from "/ui/library_page/web.js";

const trouble = find(".yj-trouble");
const query = find("#yj-query");
const found = find(".yj-found");
const stock = find(".yj-stock");
const list = startList(stock, trouble, { listed: () => reselect(), reshelved: () => overview() });

async function overview(triesLeft = 60) {
  const { collection, tag } = list.asked();
  let reply;
  try {
    reply = await ask(`/library/overview?${new URLSearchParams({ collection, tag })}`);
  } catch (error) {
    if (error.code !== "starting" || triesLeft === 0) return void guarded(trouble, () => { throw error; });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return overview(triesLeft - 1);
  }
  find(".yj-teach").hidden = reply.count > 0;
  stock.hidden = reply.count === 0 && !reply.gone;
  find(".yj-formats").textContent = reply.formats;
  showShelves(reply);
  const wasOpen = find(".yj-bin")?.open;
  find(".yj-past").innerHTML = reply.gone;
  if (wasOpen && find(".yj-bin")) find(".yj-bin").open = true;
  return list.show({ collection: reply.collection, tag: reply.tag }, reply.count);
}

function showShelves({ collection, shelves, managing, options }) {
  find(".yj-shelves").innerHTML = shelves;
  find(".yj-managing").innerHTML = managing;
  find("#yj-move-to").innerHTML = options.move;
  find("#yj-untag").innerHTML = options.untag;
  find("#yj-known-tags").innerHTML = options.untag;
  find("#yj-tagged").innerHTML = options.tags;
  find("#yj-tagged").hidden = !options.tags;
  find(".yj-into").hidden = !collection;
  find(".yj-into").textContent = `新文章存进文集“${shown(collection)}”`;
}

async function search() {
  found.hidden = !query.value.trim();
  if (found.hidden) return;
  const asked = new URLSearchParams({ query: query.value });
  const reply = await guarded(trouble, () => ask(`/library/search?${asked}`));
  if (reply) found.innerHTML = reply.html;
}

// An article was corrected or removed: the rows that show it are made again.
async function changed(article) {
  await overview();
  if (!article || article.preview) return;
  const ids = new URLSearchParams({ ids: article.id });
  const { html } = await ask(`/library/rows?${ids}`);
  for (const row of document.querySelectorAll(".yj-files [data-article]")) {
    if (row.dataset.article === article.id) row.closest("li").outerHTML = html;
  }
}

const reselect = startSelecting(stock, trouble, overview, list);
const openArticle = articleDialog(find("dialog.yj-article"), trouble, changed, (ids) => offerUndo(ids, trouble, overview));
const openNaming = namingDialog(find(".yj-naming"), (name) => {
  list.choose({ collection: name });
  return overview();
});
const uploads = startUploads(
  find(".yj-files"),
  find(".yj-tally"),
  { lookFirst: () => find("#yj-look-first").checked, into: () => list.asked().collection },
  overview,
);
takeDrops(find(".yj-drop"), [find(".yj-drop input"), find(".yj-folder input")], uploads.take);
takeAddresses(find(".yj-web"), uploads);

find("main").addEventListener("click", (event) => {
  const row = event.target.closest("[data-article], [data-old]");
  if (row) return void openArticle(row.dataset);
  const data = event.target.closest("button")?.dataset ?? {};
  if (data.shelf !== undefined) {
    list.choose({ collection: data.shelf });
    overview();
  } else if (data.shelfDo) openNaming(data);
  else if (data.restore) restore([data.restore], trouble, overview);
  else if (data.purge !== undefined) purge(trouble, overview);
});
find(".yj-find").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
query.addEventListener("input", () => {
  if (!query.value) search();
});

keepSpaced(find("main"));
await overview();
