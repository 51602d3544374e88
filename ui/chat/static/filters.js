// Which articles may answer: fields, and a row of chips that always says what is chosen.
// The value is the API's `filters`; `names` remembers the titles of chosen articles.
import { button, called, make, toast } from "./dom.js";
import { shown } from "/ui/given.js";
import { wholeDay } from "./days.js";
import { SHELVES, offerShelves, remember, showShelves, withPick, withoutGone } from "./shelves.js";

const LABELS = { newspaper: "报名", author: "作者", date_from: "从", date_to: "到" };
const PAUSE = 200;

export class Filters {
  constructor(form, server, onChange) {
    this.panel = form.querySelector(".yj-filters");
    this.chips = form.querySelector(".yj-chips");
    this.found = form.querySelector(".yj-found");
    this.toggle = form.querySelector(".yj-filter-toggle");
    this.server = server;
    this.onChange = onChange;
    this.value = {};
    this.toggle.addEventListener("click", () => this.open(!this.isOpen));
    this.panel.addEventListener("change", (event) => this.onField(event.target));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.onField(event.target);
    });
    const title = this.field("article");
    title.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.find(title.value), PAUSE);
    });
  }

  // What the library has to choose from.
  offer(library) {
    const { newspapers = [], authors = [], first_day: first, last_day: last } = library;
    offerShelves(this.panel, library);
    this.collections = (library.collections ?? []).map((one) => one.name);
    const choose = this.field("newspaper");
    choose.replaceChildren(choose.firstElementChild, ...newspapers.map((name) => new Option(name, name)));
    const known = authors.map((name) => new Option(name, name));
    this.panel.querySelector("#yj-authors").replaceChildren(...known);
    if (first) this.field("date_from").placeholder = `最早 ${first}`;
    if (last) this.field("date_to").placeholder = `最晚 ${last}`;
    this.set(this.value);
  }

  // A collection that went meanwhile is taken out, and that is said.
  set(value) {
    const { kept, gone } = withoutGone({ ...value }, this.collections ?? value.collections ?? []);
    this.value = kept;
    this.show();
    if (gone.length) toast(`文集“${gone.map(shown).join("”“")}”已经不在了，不再按它筛选。`);
  }

  // What the API takes: without the titles.
  get asked() {
    const { names: _names, ...filters } = this.value;
    return filters;
  }

  within(article) {
    const articles = [...new Set([...(this.value.articles ?? []), article.article_id])];
    const names = { ...this.value.names, [article.article_id]: article.title };
    this.change({ ...this.value, articles, names });
  }

  field(name) {
    return this.panel.querySelector(`[name=${name}]`);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  open(open) {
    this.panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    if (open) this.field("newspaper").focus();
  }

  onField(field) {
    if (field.name in SHELVES) this.change(withPick(this.value, field));
    if (!(field.name in LABELS)) return;
    const written = field.value.trim();
    const chosen = field.name.startsWith("date") ? wholeDay(written, field.name) : written;
    if (written && !chosen) {
      field.setAttribute("aria-invalid", "true");
      this.panel.querySelector(".yj-no-day").hidden = false;
      return;
    }
    const value = { ...this.value, [field.name]: chosen };
    if (!chosen) delete value[field.name];
    this.change(value);
  }

  async find(words) {
    if (!words.trim()) {
      this.found.replaceChildren();
      return;
    }
    const result = await called(() => this.server.find_articles({ words }));
    const items = (result.found ?? []).map((article) => {
      const item = document.createElement("li");
      const name = [article.title, article.date].filter(Boolean).join("　");
      const choose = () => {
        this.field("article").value = "";
        this.found.replaceChildren();
        this.within(article);
      };
      item.append(button("yj-choice", name, choose));
      return item;
    });
    if (!items.length) items.push(make("li", "", "没有这样的标题"));
    this.found.replaceChildren(...items);
  }

  change(value) {
    this.value = value;
    this.show();
    remember(value);
    this.onChange(value);
  }

  drop(name, articleId = null) {
    const value = { ...this.value };
    if (articleId !== null) value.articles = value.articles.filter((id) => id !== articleId);
    if (articleId === null || !value.articles.length) delete value[name];
    this.change(value);
    this.chips.querySelector("button")?.focus();
  }

  show() {
    for (const name of Object.keys(LABELS)) {
      this.field(name).value = this.value[name] ?? "";
      this.field(name).setAttribute("aria-invalid", "false");
    }
    showShelves(this.panel, this.value);
    this.panel.querySelector(".yj-no-day").hidden = true;
    const chips = Object.entries(LABELS)
      .filter(([name]) => this.value[name])
      .map(([name, label]) => this.chip(`${label}：${this.value[name]}`, () => this.drop(name)));
    for (const [name, label] of Object.entries(SHELVES)) {
      for (const value of this.value[name] ?? []) {
        const drop = () => this.change(withPick(this.value, { name, value }));
        chips.push(this.chip(`${label}：${shown(value)}`, drop));
      }
    }
    for (const id of this.value.articles ?? []) {
      const title = this.value.names?.[id] ?? id;
      chips.push(this.chip(`文章：${title}`, () => this.drop("articles", id)));
    }
    if (chips.length > 1) chips.push(button("yj-link", "全部清除", () => this.change({})));
    this.chips.replaceChildren(...chips);
    this.chips.hidden = !chips.length;
    this.toggle.classList.toggle("yj-on", chips.length > 0);
  }

  chip(text, remove) {
    const made = button("yj-filter", text, remove);
    made.setAttribute("aria-label", `去掉筛选：${text}`);
    return made;
  }
}
