// Conversations, kept in this browser, newest first. A turn keeps the answer itself, not its
// markup: `{id, question, edited, history, filters, answer, verdict}`: `edited` is what was asked
// instead of a follow-up, `answer` is null where none came.
const KEY = "youju.conversations.2";
const EARLIER_KEY = "youju.conversations.1";

export function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

export class Conversations {
  constructor(onFull) {
    this.all = load();
    this.current = this.all[0] ?? null;
    this.onFull = onFull;
  }

  // The current conversation; a new one where none is open.
  started() {
    if (this.current === null) {
      this.current = { id: newId(), title: "", filters: {}, turns: [] };
      this.all.unshift(this.current);
    }
    return this.current;
  }

  touch(conversation) {
    this.all = [conversation, ...this.all.filter((one) => one !== conversation)];
    this.save();
  }

  rename(conversation, title) {
    if (title.trim()) conversation.title = title.trim().slice(0, 100);
    this.save();
  }

  // Gives back what undoes it.
  remove(conversation) {
    const before = [...this.all];
    const open = this.current;
    this.all = this.all.filter((one) => one !== conversation);
    if (open === conversation) this.current = this.all[0] ?? null;
    this.save();
    return () => {
      this.all = [...this.all.filter((one) => !before.includes(one)), ...before];
      this.current = open;
      this.save();
    };
  }

  save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.all));
    } catch {
      if (this.all.length > 1) {
        this.onFull(this.all.pop());
        this.save();
      }
    }
  }
}

function load() {
  try {
    const text = localStorage.getItem(KEY) ?? localStorage.getItem(EARLIER_KEY) ?? "[]";
    const kept = JSON.parse(text);
    return Array.isArray(kept) ? kept.filter((one) => Array.isArray(one?.turns)).map(whole) : [];
  } catch {
    return [];
  }
}

function whole(kept) {
  const turns = kept.turns
    .filter((turn) => typeof turn?.question === "string")
    .map((turn) => ({
      id: turn.id ?? newId(),
      question: turn.question,
      edited: turn.edited,
      history: turn.history ?? [],
      filters: turn.filters ?? {},
      answer: turn.answer ?? null,
      verdict: turn.verdict ?? null,
    }));
  return { id: kept.id ?? newId(), title: String(kept.title ?? ""), filters: kept.filters ?? {}, turns };
}
