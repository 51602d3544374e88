// The chat. `element` is the root of Gradio's custom component, `server` calls the functions of
// ui/chat/functions.py. Markup comes only from the server, already escaped.
import { me, placeAccount } from "/ui/account.js";
import "/ui/badge.js";
import { nameLanguage } from "/ui/language.js";
import { Composer } from "./composer.js";
import { Conversations } from "./conversations.js";
import { called, put, toast } from "./dom.js";
import { Filters } from "./filters.js";
import { Judging } from "./judging.js";
import { Reading } from "./reading.js";
import { Searched } from "./searched.js";
import { ServerConversations } from "./server_conversations.js";
import { share } from "./share.js";
import { copy, save } from "./sharing.js";
import { remembered } from "./shelves.js";
import { Sidebar } from "./sidebar.js";
import { keepSpaced } from "./spacing.js";
import { Talk } from "./talk.js";

const NARROW = window.matchMedia("(max-width: 900px)");
const TRIES = 120;

export async function start(element, server) {
  const app = element.querySelector(".yj-app");
  const form = app.querySelector(".yj-composer");
  const menu = app.querySelector(".yj-menu");
  nameLanguage(app.querySelector("[data-language]"));
  const onServer = (await me())?.history === "server";
  const events = {
    onFull: (dropped) => toast(onServer ? `账户的存储满了，最早的对话“${dropped.title}”没有留下。` : `浏览器的存储满了，最早的对话“${dropped.title}”没有留下。`),
    onElsewhere: ({ opened }) => show({ listOnly: !opened || composer.busy }),
    onLost: (error) => toast(error?.message_en ?? error?.message_zh ?? "对话没有存上，请确认有据还在运行。"),
  };
  const conversations = onServer ? await ServerConversations.load(events) : new Conversations(events);
  if (onServer) app.querySelector(".yj-list-empty").textContent = "问过的话会留在你的账户里，换一个浏览器登录也看得到。";
  placeAccount(app.querySelector(".yj-top"));
  const reading = new Reading(app, server);
  const judging = new Judging(app, server, () => conversations.save(conversations.current));
  const filters = new Filters(form, server, (value) => {
    if (!conversations.current) return;
    conversations.current.filters = value;
    conversations.save(conversations.current);
  });
  const talk = new Talk(app, server, { conversations, filters, judging });
  const composer = new Composer(form, {
    send: (question) => ask(question),
    stop: () => talk.stop(),
    earlier: () => (conversations.current?.turns ?? []).map((turn) => turn.question),
  });
  const sidebar = new Sidebar(app, conversations, (changed) => show(changed));
  let generation;
  const searched = new Searched((view, question) => working(() => talk.askAgain(view, { question })));

  async function working(work) {
    composer.setBusy(true);
    reading.close();
    await work();
    composer.setBusy(false);
    sidebar.show();
    showTitle();
  }

  async function ask(question, fresh = false) {
    if (composer.busy || !question.trim()) return;
    composer.clear();
    filters.open(false);
    await working(() => talk.ask(question, fresh));
    if (!NARROW.matches) composer.focus();
  }

  function showTitle() {
    app.querySelector(".yj-title").textContent = conversations.current?.title ?? "";
  }

  function show({ listOnly = false } = {}) {
    showTitle();
    sidebar.show();
    if (listOnly) return;
    talk.stop();
    reading.close();
    filters.set(conversations.current?.filters ?? remembered());
    talk.show();
    if (!NARROW.matches) composer.focus();
  }

  function exported(format) {
    const { title, turns } = conversations.current;
    const answers = turns.map((turn) => turn.answer).filter(Boolean);
    menu.open = false;
    return save(() => server.export({ format, title, answers }));
  }

  function onClick(event) {
    const clicked = event.target.closest("button");
    if (!event.target.closest(".yj-menu")) menu.open = false;
    if (!clicked) {
      if (NARROW.matches && !event.target.closest(".yj-list")) sidebar.open(false);
      return;
    }
    const data = clicked.dataset;
    const view = clicked.closest(".yj-turn");
    if (data.cite) reading.open(clicked);
    else if (data.ask) {
      if (data.unfiltered !== undefined) filters.change({});
      ask(data.ask, data.fresh !== undefined);
    }
    else if (data.edit) searched.edit(view, data.edit);
    else if (data.exact !== undefined) working(() => talk.askAgain(view, { exact: true }));
    else if (data.again !== undefined) working(() => talk.askAgain(view));
    else if (data.copy) copy(data.copy);
    else if (data.share === "all") {
      menu.open = false;
      share(app, conversations.current);
    } else if (data.share !== undefined) {
      const turn = talk.turnOf(view);
      share(app, { title: turn.question, turns: [turn] });
    }
    else if (data.rate) judging.rate(view, talk.turnOf(view), data.rate);
    else if (data.within) {
      filters.within(JSON.parse(data.within));
      composer.focus();
    } else if (data.export) exported(data.export);
    else if (data.exportFeedback !== undefined) save(() => server.export_feedback({}));
  }

  // What is in the library; once more when people come back to a page and it has changed.
  async function welcome(triesLeft = TRIES) {
    const starters = app.querySelector(".yj-starters");
    const library = await called(() => server.welcome({}));
    if (generation !== undefined && (library.error || library.generation === generation)) return;
    generation = library.generation;
    if (library.error?.code === "starting" && triesLeft > 0) {
      starters.textContent = "正在载入模型和索引，可以先把问题写好……";
      setTimeout(() => welcome(triesLeft - 1), 500);
      return;
    }
    starters.innerHTML = library.html;
    if (library.articles === undefined) return;
    filters.offer(library);
    app.querySelector(".yj-count").textContent = `库里有 ${library.articles} 篇文章`;
    if (library.articles) put(starters, (await called(() => server.suggest({}))).html);
  }

  element.addEventListener("click", onClick);
  // Escape undoes the latest thing that is open; where nothing is, it stops the reply.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (menu.open) {
      menu.open = false;
      menu.firstElementChild.focus();
    } else if (reading.isOpen) reading.close();
    else if (sidebar.isOpen) sidebar.open(false);
    else if (filters.isOpen) filters.open(false);
    else talk.stop();
  });
  keepSpaced(app);
  composer.input.disabled = false; // a question typed before this had nobody to take it
  show();
  welcome();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && generation !== undefined) welcome();
  });
  document.getElementById("yj-loading")?.remove();
}
