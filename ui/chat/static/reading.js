// The source beside the talk: the article, the quote marked and in view, and the way to the other
// citations of the same reply.
import { called } from "./dom.js";

export class Reading {
  constructor(app, server) {
    this.app = app;
    this.server = server;
    this.panel = app.querySelector(".yj-reading");
    this.article = app.querySelector(".yj-article");
    this.place = app.querySelector(".yj-reading-place");
    this.scroll = app.querySelector(".yj-scroll");
    this.chip = null;
    app.querySelector(".yj-close").addEventListener("click", () => this.close());
    app.querySelector(".yj-before").addEventListener("click", () => this.step(-1));
    app.querySelector(".yj-after").addEventListener("click", () => this.step(1));
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
    this.panel.hidden = false;
    this.app.classList.add("yj-reading-open");
    this.scroll.scrollTop += chip.getBoundingClientRect().top - before; // the chip stays in place
    this.showPlace();
    this.panel.querySelector(".yj-reading-title").textContent = result.title ?? "";
    const place = this.article.querySelector("mark") ?? this.article.querySelector(".yj-here");
    place?.scrollIntoView({ block: "center" });
    if (focus) this.article.focus({ preventScroll: true });
  }

  close() {
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
