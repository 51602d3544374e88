// The library page. HTML comes from ui/library_page, already escaped.
import { ask, find, guarded } from "/ui/asking.js";
import { keepSpaced } from "/ui/chat/spacing.js";
import { articleDialog } from "/ui/library_page/article.js";
import { takeDrops } from "/ui/library_page/drops.js";
import { startUploads } from "/ui/library_page/uploads.js";

const trouble = find(".yj-trouble");
const wanted = find("#yj-wanted");
const query = find("#yj-query");
const found = find(".yj-found");

async function overview(triesLeft = 60) {
  const asked = new URLSearchParams({ wanted: wanted.value });
  let reply;
  try {
    reply = await ask(`/library/overview?${asked}`);
  } catch (error) {
    if (error.code !== "starting" || triesLeft === 0) return void guarded(trouble, () => { throw error; });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return overview(triesLeft - 1);
  }
  find(".yj-teach").hidden = reply.count > 0;
  find(".yj-stock").hidden = reply.count === 0 && !reply.gone;
  find(".yj-formats").textContent = reply.formats;
  find(".yj-count").textContent = `共 ${reply.count} 篇`;
  find(".yj-listed").innerHTML = reply.articles;
  find(".yj-past").innerHTML = reply.gone;
  return undefined;
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

const openArticle = articleDialog(find("dialog"), trouble, changed);
const lookFirst = () => find("#yj-look-first").checked;
const take = startUploads(find(".yj-files"), find(".yj-tally"), lookFirst, overview);
takeDrops(find(".yj-drop"), find(".yj-drop input"), take);

find("main").addEventListener("click", (event) => {
  const row = event.target.closest("[data-article]");
  if (row) openArticle(row.dataset);
});
find(".yj-find").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
query.addEventListener("input", () => {
  if (!query.value) search();
});
let pause;
wanted.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(overview, 200);
});

keepSpaced(find("main"));
await overview();
