const KEY = "youju.conversations.1";

// `element` is the root of Gradio's custom component, `server` calls the functions of
// ui/chat/page.py. HTML comes only from there, already escaped; text set here is set as text.
export function start(element, server) {
  const NARROW = window.matchMedia("(max-width: 900px)");
  const find = (selector) => element.querySelector(selector);
  const app = find(".yj-app");
  const scroll = find(".yj-scroll");
  const turns = find(".yj-turns");
  const input = find("#yj-input");
  const reading = find(".yj-reading");
  const article = find(".yj-article");

  let conversations = load();
  let current = conversations[0] ?? null;
  let asking = false;
  let openedFrom = null;
  let recalled = 0;

  // ---- conversations, kept in this browser ----

  function load() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one?.turns)) : [];
    } catch {
      return [];
    }
  }

  function save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(conversations));
    } catch {
      if (conversations.length > 1) {
        conversations.pop();
        save();
      }
    }
  }

  function started() {
    if (current === null) {
      current = { id: crypto.randomUUID?.() ?? String(Date.now()), title: "", turns: [] };
      conversations.unshift(current);
    }
    return current;
  }

  function select(conversation) {
    current = conversation;
    closeReading();
    showConversation();
    showList();
    closeList();
    input.focus();
  }

  function rename(conversation) {
    const title = window.prompt("对话的名字", conversation.title);
    if (title?.trim()) {
      conversation.title = title.trim();
      save();
      showList();
    }
  }

  function remove(conversation) {
    if (!window.confirm(`删除对话“${conversation.title}”？`)) return;
    conversations = conversations.filter((one) => one !== conversation);
    save();
    select(conversation === current ? (conversations[0] ?? null) : current);
  }

  function button(className, label, text, onClick) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", onClick);
    return made;
  }

  function showList() {
    find(".yj-list ul").replaceChildren(
      ...conversations.map((conversation) => {
        const item = document.createElement("li");
        const title = button("yj-conversation", "", conversation.title, () => select(conversation));
        if (conversation === current) title.setAttribute("aria-current", "true");
        item.append(
          title,
          button("yj-icon", `改名：${conversation.title}`, "✎", () => rename(conversation)),
          button("yj-icon", `删除：${conversation.title}`, "🗑", () => remove(conversation)),
        );
        return item;
      }),
    );
    find(".yj-export").hidden = !current?.turns.length;
  }

  // ---- asking ----

  function turnElement(question) {
    const turn = document.createElement("section");
    turn.className = "yj-turn";
    const asked = document.createElement("p");
    asked.className = "yj-question";
    asked.textContent = question;
    const reply = document.createElement("div");
    reply.className = "yj-reply";
    turn.append(asked, reply);
    return turn;
  }

  function showConversation() {
    turns.replaceChildren(
      ...(current?.turns ?? []).map((kept) => {
        const turn = turnElement(kept.question);
        turn.querySelector(".yj-reply").innerHTML = kept.html;
        return turn;
      }),
    );
    app.classList.toggle("yj-empty", !current?.turns.length);
    scroll.scrollTop = scroll.scrollHeight;
  }

  async function ask(question) {
    if (asking || !question.trim()) return;
    asking = true;
    recalled = 0;
    const conversation = started();
    const history = conversation.turns.filter((kept) => kept.answer).map((kept) => kept.question);
    input.value = "";
    fit();
    app.classList.remove("yj-empty");
    app.classList.add("yj-asking");
    const turn = turnElement(question);
    const reply = turn.querySelector(".yj-reply");
    reply.classList.add("yj-waiting");
    reply.textContent = "正在查找依据……";
    turns.append(turn);
    scroll.scrollTop = scroll.scrollHeight;
    const result = await called(() => server.ask({ question, history: history.slice(-20) }));
    reply.classList.remove("yj-waiting");
    reply.classList.add("yj-fresh");
    reply.innerHTML = result.html;
    asking = false;
    app.classList.remove("yj-asking");
    conversation.title ||= question.trim().slice(0, 30);
    conversation.turns.push({ question, html: result.html, answer: result.answer ?? null });
    conversations = [conversation, ...conversations.filter((one) => one !== conversation)];
    save();
    showList();
    turn.scrollIntoView({ block: "nearest" });
    input.focus();
  }

  async function called(call) {
    try {
      return await call();
    } catch {
      const lost = "连不上有据。请确认它还在运行，然后再问一次。";
      return { html: `<div class="yj-card yj-error" role="alert"><p>${lost}</p></div>` };
    }
  }

  function recall() {
    const asked = (current?.turns ?? []).map((kept) => kept.question);
    if (recalled < asked.length) {
      recalled += 1;
      input.value = asked[asked.length - recalled];
      fit();
    }
  }

  function edit(question) {
    input.value = question;
    fit();
    input.focus();
  }

  function fit() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  }

  // ---- reading the source ----

  async function read(chip) {
    element.querySelectorAll(".yj-open").forEach((one) => one.classList.remove("yj-open"));
    chip.classList.add("yj-open");
    openedFrom = chip;
    const result = await called(() => server.read_article(JSON.parse(chip.dataset.cite)));
    article.innerHTML = result.html;
    reading.hidden = false;
    app.classList.add("yj-reading-open");
    const place = article.querySelector("mark") ?? article.querySelector(".yj-here");
    place?.scrollIntoView({ block: "center" });
    article.focus({ preventScroll: true });
  }

  function closeReading() {
    reading.hidden = true;
    app.classList.remove("yj-reading-open");
    openedFrom?.classList.remove("yj-open");
    openedFrom?.focus({ preventScroll: true });
    openedFrom = null;
  }

  // ---- export ----

  async function exportAs(format) {
    const answers = current.turns.map((kept) => kept.answer).filter(Boolean);
    const file = await called(() => server.export({ format, title: current.title, answers }));
    if (!file.content) return;
    const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
    link.download = file.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // ---- the page around ----

  function openList() {
    app.classList.add("yj-list-open");
    find(".yj-list-toggle").setAttribute("aria-expanded", "true");
  }

  function closeList() {
    app.classList.remove("yj-list-open");
    find(".yj-list-toggle").setAttribute("aria-expanded", "false");
  }

  async function welcome(triesLeft = 60) {
    const result = await called(() => server.welcome({}));
    if (result.error?.code === "starting" && triesLeft > 0) {
      setTimeout(() => welcome(triesLeft - 1), 1000);
      return;
    }
    find(".yj-starters").innerHTML = result.html;
    if (result.articles !== undefined) find(".yj-count").textContent = `${result.articles} 篇文章`;
  }

  element.addEventListener("click", (event) => {
    const clicked = event.target.closest("button");
    if (!clicked) {
      if (NARROW.matches && !event.target.closest(".yj-list")) closeList();
      return;
    }
    const { cite, ask: question, edit: edited, export: format } = clicked.dataset;
    if (cite) read(clicked);
    else if (question) ask(question);
    else if (edited) edit(edited);
    else if (format) exportAs(format);
  });
  find(".yj-composer").addEventListener("submit", (event) => {
    event.preventDefault();
    ask(input.value);
  });
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      ask(input.value);
    } else if (event.key === "ArrowUp" && (input.value === "" || recalled > 0)) {
      event.preventDefault();
      recall();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!reading.hidden) closeReading();
    else closeList();
  });
  find(".yj-close").addEventListener("click", closeReading);
  find(".yj-new").addEventListener("click", () => select(null));
  find(".yj-list-toggle").addEventListener("click", () =>
    app.classList.contains("yj-list-open") ? closeList() : openList(),
  );

  showConversation();
  showList();
  welcome();
  if (!NARROW.matches) input.focus();
  document.getElementById("yj-loading")?.remove();
}
