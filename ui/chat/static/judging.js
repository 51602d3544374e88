// 👍 and 👎: what a person thinks of an answer, kept by the server in the library's folder.
import { called, make, toast } from "./dom.js";

export class Judging {
  constructor(app, server, onJudged) {
    this.form = app.querySelector("#yj-judging");
    this.server = server;
    this.onJudged = onJudged;
  }

  // Shows what was thought of a turn before.
  mark(view, verdict) {
    for (const one of view.querySelectorAll("[data-rate]")) {
      one.setAttribute("aria-pressed", String(one.dataset.rate === verdict));
    }
  }

  async rate(view, turn, verdict) {
    view.querySelector(".yj-judging")?.remove();
    if (turn.verdict === verdict) await this.keep(view, turn, { verdict: "none" });
    else if (verdict === "up") await this.keep(view, turn, { verdict });
    else this.ask(view, turn);
  }

  ask(view, turn) {
    const form = this.form.content.firstElementChild.cloneNode(true);
    const kind = turn.answer.status === "answered" ? "answer" : "refusal";
    for (const part of form.querySelectorAll("[data-for]")) {
      if (![kind, "both"].includes(part.dataset.for)) part.remove();
    }
    const nearest = turn.answer.refusal?.nearest ?? [];
    form.querySelector(".yj-evidence")?.append(...nearest.map((citation) => choice(citation.quote)));
    if (!nearest.length) form.querySelector(".yj-evidence")?.remove();
    form.addEventListener("click", (event) => {
      const reason = event.target.closest("[data-reason]");
      if (reason) reason.ariaPressed = String(reason.ariaPressed !== "true");
      if (event.target.closest("[data-cancel]")) form.remove();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      form.remove();
      view.querySelector("[data-rate=down]").focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep(view, turn, { verdict: "down", ...filled(form) });
      form.remove();
    });
    view.querySelector(".yj-actions").after(form);
    form.querySelector("button").focus();
    form.scrollIntoView({ block: "nearest" });
  }

  async keep(view, turn, judgement) {
    const { id, answer, history } = turn;
    const result = await called(() => this.server.rate({ id, answer, history, ...judgement }));
    if (!result.kept) {
      toast(result.error?.message_en ?? result.error?.message_zh ?? "没有记下，请再试一次。");
      return;
    }
    turn.verdict = judgement.verdict === "none" ? null : judgement.verdict;
    this.mark(view, turn.verdict);
    this.onJudged();
    toast(turn.verdict ? "评价已记下。" : "评价已撤回。");
  }
}

function choice(quote) {
  const label = make("label", "yj-choice");
  const box = make("input", "");
  box.type = "checkbox";
  box.name = "evidence";
  box.value = quote;
  label.append(box, make("span", "", quote));
  return label;
}

function filled(form) {
  const pressed = [...form.querySelectorAll('[data-reason][aria-pressed="true"]')];
  const data = new FormData(form);
  return {
    reasons: pressed.map((one) => one.dataset.reason),
    evidence: data.getAll("evidence"),
    expected: data.get("expected").trim(),
    note: data.get("note").trim(),
  };
}
