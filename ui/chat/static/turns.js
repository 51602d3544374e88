// A question and its reply on the page.
import { lostCard, make, put } from "./dom.js";

export class TurnView {
  constructor(turn) {
    this.root = make("section", "yj-turn");
    this.root.dataset.turn = turn.id;
    this.reply = make("div", "yj-reply");
    this.root.append(make("p", "yj-question", turn.question), this.reply);
  }

  wait() {
    this.reply.replaceChildren();
    this.reply.className = "yj-reply yj-waiting yj-fresh";
    this.reply.setAttribute("aria-busy", "true");
    const sign = make("p", "yj-looking", "正在查找依据……");
    sign.append(make("i", ""));
    this.reply.append(sign);
  }

  // One line of the stream.
  take(line) {
    if (line.waiting) {
      this.reply.querySelector(".yj-looking")?.firstChild.replaceWith(line.waiting);
      return;
    }
    this.reply.classList.remove("yj-waiting");
    this.reply.querySelector(".yj-looking")?.remove();
    if (line.card) this.card = make("div", `yj-card ${line.card}`);
    else if (line.place === "card") put(this.card, line.html);
    else if (line.place) put(this.reply, line.html);
    if (this.card && !this.card.isConnected && line.place === "card") this.reply.append(this.card);
  }

  show(html) {
    this.settle();
    put(this.reply, html);
  }

  settle() {
    this.card = null;
    this.reply.classList.remove("yj-waiting");
    this.reply.removeAttribute("aria-busy");
    this.reply.querySelector(".yj-looking")?.remove();
  }

  // No answer came: say why, offer to ask again.
  fail(html) {
    this.settle();
    if (!this.reply.querySelector(".yj-error")) put(this.reply, html ?? lostCard());
    put(this.reply, '<button type="button" class="yj-link" data-again>再问一次</button>');
  }
}
