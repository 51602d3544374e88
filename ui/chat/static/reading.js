// The source beside the talk: the article, the quote marked and in view, and the way to the other
// citations of the same reply.
import { called } from "./dom.js";

const FILLED = 0.92; // of the panel's width, by the quote's lines
const LEAST = 1.6;
const MOST = 4;
const COVERS = window.matchMedia("(max-width: 900px)"); // the panel hides the talk

export class Reading {
  constructor(app, server) {
    this.app = app;
    this.server = server;
    this.panel = app.querySelector(".yj-reading");
    this.article = app.querySelector(".yj-article");
    this.place = app.querySelector(".yj-reading-place");
    this.scroll = app.querySelector(".yj-scroll");
    this.chip = null;
    this.preferred = "pages";
    this.article.addEventListener("click", (event) => this.onClick(event));
    app.querySelector(".yj-close").addEventListener("click", () => this.close());
    app.querySelector(".yj-before").addEventListener("click", () => this.step(-1));
    app.querySelector(".yj-after").addEventListener("click", () => this.step(1));
    window.addEventListener("popstate", () => this.shut());
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  async open(chip, { focus = true } = {}) {
    this.mark(chip);
    const result = await called(() => this.server.read_article(JSON.parse(chip.dataset.cite)));
    if (this.chip !== chip) return; // another one was opened meanwhile
    const before = chip.getBoundingClientRect().top;
    this.article.innerHTML = result.html;
    if (!this.isOpen && COVERS.matches) history.pushState({ reading: true }, ""); // "back" leads here
    this.panel.hidden = false;
    this.app.classList.add("yj-reading-open");
    this.scroll.scrollTop += chip.getBoundingClientRect().top - before; // the chip stays in place
    this.showPlace();
    this.panel.querySelector(".yj-reading-title").textContent = result.title ?? "";
    this.view(this.preferred);
    if (focus) this.article.focus({ preventScroll: true });
  }

  // Shows the pages of the file, where it has any, or the text; the quote in view.
  view(name) {
    const pages = this.article.querySelector(".yj-pages");
    const shown = pages ? name : "text";
    if (pages) pages.hidden = shown !== "pages";
    const text = this.article.querySelector(".yj-paragraphs");
    if (text) text.hidden = shown !== "text";
    for (const tab of this.article.querySelectorAll("[data-view]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.view === shown));
    }
    this.goToQuote();
    for (const image of pages?.querySelectorAll("img") ?? []) {
      if (image.complete && image.naturalWidth) this.drawn(image);
      image.addEventListener("load", () => this.drawn(image), { once: true });
      image.addEventListener("error", () => image.closest("figure").classList.add("yj-lost"));
    }
  }

  drawn(image) {
    image.parentElement.classList.add("yj-drawn");
    this.goToQuote();
  }

  goToQuote() {
    const places = [...this.article.querySelectorAll(".yj-box, mark, .yj-here")];
    places.find((place) => place.checkVisibility())?.scrollIntoView({ block: "center" });
  }

  // So large that the quote's lines fill the panel, whatever the page's columns are.
  enlarge(pages, large) {
    const boxes = [...(pages.querySelector("figure")?.querySelectorAll(".yj-box") ?? [])];
    const left = Math.min(...boxes.map((box) => parseFloat(box.style.left))) / 100;
    const right = Math.max(...boxes.map((box) => parseFloat(box.style.left) + parseFloat(box.style.width))) / 100;
    const times = large ? Math.min(Math.max(FILLED / (right - left), LEAST), MOST) : 1;
    pages.style.setProperty("--times", times);
    pages.scrollLeft = ((left + right) / 2) * pages.scrollWidth - pages.clientWidth / 2;
  }

  onClick(event) {
    const clicked = event.target.closest("button");
    if (clicked?.dataset.view) {
      this.preferred = clicked.dataset.view;
      this.view(this.preferred);
    } else if (clicked?.dataset.zoom !== undefined) {
      const large = clicked.textContent === "放大";
      clicked.textContent = large ? "缩小" : "放大";
      this.enlarge(this.article.querySelector(".yj-pages"), large);
      this.goToQuote();
    }
  }

  close() {
    if (!this.isOpen) return;
    this.shut();
    if (history.state?.reading) history.back();
  }

  shut() {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.app.classList.remove("yj-reading-open");
    const chip = this.chip;
    this.mark(null);
    chip?.focus({ preventScroll: true });
  }

  // The citations of the reply that the open one stands in.
  get around() {
    const reply = this.chip?.closest(".yj-reply");
    return reply ? [...reply.querySelectorAll(".yj-chip, .yj-near")] : [];
  }

  get index() {
    const cited = this.chip.dataset.cite;
    return this.around.findIndex((chip) => chip.dataset.cite === cited);
  }

  step(by) {
    const next = this.around[this.index + by];
    if (next) this.open(next, { focus: false });
  }

  showPlace() {
    const { length } = this.around;
    const kind = this.chip.classList.contains("yj-near") ? "相近段落" : "引文";
    this.place.textContent = length > 1 ? `${kind} ${this.index + 1} / ${length}` : kind;
    this.panel.querySelector(".yj-before").disabled = this.index <= 0;
    this.panel.querySelector(".yj-after").disabled = this.index >= length - 1;
  }

  mark(chip) {
    this.app.querySelectorAll(".yj-open").forEach((one) => one.classList.remove("yj-open"));
    this.chip = chip;
    if (!chip) return;
    const same = (one) => one.dataset.cite === chip.dataset.cite;
    const shown = chip.closest(".yj-reply")?.querySelectorAll("[data-cite]") ?? [chip];
    [...shown].filter(same).forEach((one) => one.classList.add("yj-open"));
  }
}
