// The list of articles, a page at a time. What is asked for stands in the page's address, so that
// it is still there after a reload, and can be sent to somebody.
import { ask, find, guarded } from "/ui/asking.js";

const NOTHING = { words: "", newspaper: "", year: "", author: "", format: "", collection: "", tag: "", view: "live", sort: "stored", page: "1" };
const FACETS = ["newspaper", "year", "author", "format"];
const SOUGHT = ["words", ...FACETS, "collection", "tag", "view"];

// `listed` is called when rows are there; `reshelved` when a tag was chosen, which the menus show.
export function startList(stock, trouble, { listed, reshelved }) {
  const words = find("#yj-wanted", stock);
  const tagged = find("#yj-tagged", stock);
  const view = find("#yj-view", stock);
  const sort = find("#yj-sort", stock);
  const rows = find(".yj-listed", stock);
  const pager = find(".yj-pager", stock);
  const facets = Object.fromEntries(FACETS.map((name) => [name, find(`[data-facet=${name}]`, stock)]));
  const given = new URLSearchParams(location.search);
  let asked = Object.fromEntries(Object.entries(NOTHING).map(([name, value]) => [name, given.get(name) ?? value]));
  let library = 0;
  let count = 0;
  let most = 0;
  let turn = 0;
  let asking = 0;
  let pause = 0;

  words.value = asked.words;
  view.value = asked.view;
  sort.value = asked.sort;

  const said = (names = Object.keys(NOTHING)) =>
    new URLSearchParams(names.filter((name) => asked[name] !== NOTHING[name]).map((name) => [name, asked[name]]));

  function choose(change) {
    asked = { ...asked, page: "1", ...change };
  }

  // `counts`: whether the menus' counts may have changed too.
  async function load({ counts = true } = {}) {
    turn += 1;
    const mine = turn;
    const address = said();
    history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
    rows.setAttribute("aria-busy", "true");
    const counted = counts ? facetsAgain() : null;
    const reply = await guarded(trouble, () => ask(`/library/list?${address}`));
    if (mine !== turn) return;
    rows.removeAttribute("aria-busy");
    if (!reply) return;
    asked.page = String(reply.page);
    ({ count, most } = reply);
    rows.innerHTML = reply.articles;
    pager.innerHTML = reply.pager;
    find(".yj-count", stock).textContent =
      asked.view === "live" && reply.count !== library
        ? `${reply.count.toLocaleString()} 篇，库里共 ${library.toLocaleString()} 篇`
        : `共 ${reply.count.toLocaleString()} 篇`;
    sort.disabled = asked.view === "alike";
    find("[data-reset]", stock).hidden = !said(["words", ...FACETS, "tag", "view"]).size;
    listed();
    await counted;
  }

  async function facetsAgain() {
    asking += 1;
    const mine = asking;
    const address = said(SOUGHT);
    const reply = await guarded(trouble, () => ask(`/library/facets?${address}`));
    if (!reply || mine !== asking) return;
    for (const name of FACETS) facets[name].innerHTML = reply[name];
  }

  async function go(page) {
    asked.page = String(page);
    await load({ counts: false });
    find(".yj-facets", stock).scrollIntoView({ block: "start" });
    find("button:not(:disabled)", pager)?.focus({ preventScroll: true });
  }

  words.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      choose({ words: words.value.trim() });
      load();
    }, 200);
  });
  for (const name of FACETS) {
    facets[name].addEventListener("change", () => {
      choose({ [name]: facets[name].value });
      load();
    });
  }
  tagged.addEventListener("change", () => {
    choose({ tag: tagged.value });
    reshelved();
  });
  for (const [name, field] of [["view", view], ["sort", sort]]) {
    field.addEventListener("change", () => {
      choose({ [name]: field.value });
      load({ counts: name === "view" });
    });
  }
  stock.addEventListener("click", (event) => {
    const data = event.target.closest("button")?.dataset ?? {};
    if (data.page) go(Number(data.page));
    else if (data.view) {
      view.value = data.view;
      choose({ view: data.view });
      load();
      view.focus();
    } else if (data.reset !== undefined) {
      const { collection } = asked;
      asked = { ...NOTHING, collection, sort: asked.sort };
      words.value = "";
      view.value = asked.view;
      reshelved();
      words.focus();
    }
  });
  stock.addEventListener("submit", (event) => {
    if (event.target.dataset.toPage === undefined) return;
    event.preventDefault();
    go(Number(new FormData(event.target).get("page")));
  });

  return {
    asked: () => asked,
    choose,
    count: () => count,
    most: () => most,
    // Nothing where the list has been asked for again meanwhile.
    ids: async () => {
      const mine = turn;
      const reply = await ask(`/library/ids?${said(SOUGHT)}`);
      return mine === turn ? reply : null;
    },
    // The list as it is now; `known` is what there is of what was chosen, `total` of the library.
    show: (known, total) => {
      asked = { ...asked, ...known };
      library = total;
      return load();
    },
  };
}
