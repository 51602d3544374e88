// The box where questions are written: it grows, sends on Enter, and recalls earlier questions.
const TALLEST = 180;

export class Composer {
  constructor(form, { send, stop, earlier }) {
    this.input = form.querySelector("#yj-input");
    this.sender = form.querySelector(".yj-send");
    this.earlier = earlier;
    this.recalled = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.busy) stop();
      else send(this.input.value);
    });
    this.input.addEventListener("input", () => this.fit());
    this.input.addEventListener("keydown", (event) => this.onKey(event, form));
    document.addEventListener("keydown", (event) => this.onSlash(event));
  }

  onKey(event, form) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!this.busy) form.requestSubmit();
    } else if (event.key === "ArrowUp" && (this.input.value === "" || this.recalled > 0)) {
      event.preventDefault();
      this.recall(1);
    } else if (event.key === "ArrowDown" && this.recalled > 0) {
      event.preventDefault();
      this.recall(-1);
    }
  }

  onSlash(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.focus();
  }

  recall(step) {
    const questions = this.earlier();
    const wanted = this.recalled + step;
    if (wanted < 0 || wanted > questions.length) return;
    this.recalled = wanted;
    this.write(wanted ? questions[questions.length - wanted] : "");
  }

  write(text) {
    this.input.value = text;
    this.fit();
  }

  clear() {
    this.recalled = 0;
    this.write("");
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
  }

  setBusy(busy) {
    this.busy = busy;
    this.sender.textContent = busy ? "停止" : "提问";
  }

  focus() {
    this.input.focus();
  }
}
