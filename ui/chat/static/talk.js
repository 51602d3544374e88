// The questions and replies of the open conversation.
import { newId } from "./conversations.js";
import { called } from "./dom.js";
import { streamed } from "./stream.js";
import { TurnView } from "./turns.js";

const REMEMBERED = 20;
const TITLE_LENGTH = 30;

export class Talk {
  constructor(app, server, { conversations, filters, judging }) {
    this.app = app;
    this.server = server;
    this.conversations = conversations;
    this.filters = filters;
    this.judging = judging;
    this.turns = app.querySelector(".yj-turns");
  }

  turnOf(view) {
    return this.conversations.current.turns.find((turn) => turn.id === view.dataset.turn);
  }

  // A fresh question leans on none before it.
  async ask(question, fresh = false) {
    const conversation = this.conversations.started();
    const earlier = conversation.turns.filter((turn) => turn.answer).map((turn) => turn.question);
    const turn = {
      id: newId(),
      question,
      history: fresh ? [] : earlier.slice(-REMEMBERED),
      filters: this.filters.asked,
      exact: conversation.turns.some((before) => before.exact), // a word once insisted on stays
      answer: null,
      verdict: null,
    };
    conversation.title ||= question.trim().slice(0, TITLE_LENGTH);
    conversation.filters = this.filters.value;
    conversation.turns.push(turn);
    this.conversations.touch(conversation);
    this.app.classList.remove("yj-empty");
    const view = new TurnView(turn);
    this.turns.append(view.root);
    await this.reply(conversation, turn, view);
  }

  // Ask a turn once more: as it was, with the searched question that the person wrote, or with the
  // very words, where the answer took some for slips.
  async askAgain(root, { question = null, exact = false } = {}) {
    const turn = this.turnOf(root);
    const view = new TurnView(turn);
    root.replaceWith(view.root);
    turn.verdict = null;
    turn.answer = null;
    if (question !== null) {
      turn.edited = question;
      turn.history = [];
    }
    if (exact) turn.exact = true;
    await this.reply(this.conversations.current, turn, view);
  }

  async reply(conversation, turn, view) {
    this.aborting = new AbortController();
    view.wait();
    view.root.scrollIntoView({ block: "start" });
    const { history, filters, exact } = turn;
    const body = { question: turn.edited ?? turn.question, history, filters, exact };
    let failed = null;
    try {
      await streamed(body, this.aborting.signal, (line) => {
        if (line.answer) turn.answer = line.answer;
        else if (line.error) failed = errorText(line.error);
        else view.take(line);
      });
    } catch (error) {
      failed = error.name === "AbortError" ? "<p class=\"yj-label\">已停止。</p>" : null;
    }
    if (turn.answer) view.settle();
    else view.fail(failed ?? undefined);
    this.conversations.save(conversation);
  }

  stop() {
    this.aborting?.abort();
  }

  // Show the open conversation; the server makes the markup of its answers again.
  async show() {
    const conversation = this.conversations.current;
    await this.conversations.complete(conversation);
    if (this.conversations.current !== conversation) return;
    const turns = conversation?.turns ?? [];
    this.app.classList.toggle("yj-empty", !turns.length);
    const views = turns.map((turn) => new TurnView(turn));
    this.turns.replaceChildren(...views.map((view) => view.root));
    this.turns.lastElementChild?.scrollIntoView({ block: "start" });
    const answers = turns.map((turn) => turn.answer).filter(Boolean);
    if (!turns.length) return;
    const shown = answers.length ? await called(() => this.server.show({ answers })) : { html: [] };
    if (this.conversations.current !== conversation) return;
    let next = 0;
    turns.forEach((turn, index) => {
      const view = views[index];
      if (!turn.answer) view.fail('<p class="yj-label">这个问题没有得到回答。</p>');
      else view.show(Array.isArray(shown.html) ? shown.html[next++] : shown.html);
      this.judging.mark(view.root, turn.verdict);
    });
    this.turns.lastElementChild?.scrollIntoView({ block: "start" });
  }
}

function errorText(error) {
  const card = document.createElement("div");
  card.className = "yj-card yj-error";
  card.setAttribute("role", "alert");
  card.textContent = [error.message_en ?? error.message_zh, error.hint_en ?? error.hint].filter(Boolean).join(" ");
  return card.outerHTML;
}
