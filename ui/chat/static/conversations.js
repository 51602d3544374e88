// Conversations, kept in this browser, newest first: an entry of its own for each, so that pages
// side by side do not overwrite each other's. A turn keeps the answer itself, not its markup:
// `{id, question, edited, history, filters, exact, answer, verdict}`: `edited` is what was asked
// instead of a follow-up, `exact` that no word was to be taken for a slip, `answer` is null where
// none came.
import { ConversationList } from "./conversation_list.js";
import { drop, keys, read, write } from "./storage.js";

const PREFIX = "youju.conversation.";
const TOGETHER = ["youju.conversations.2", "youju.conversations.1"]; // all in one, as it once was

export function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

export class Conversations extends ConversationList {
  // `onFull` hears of a conversation that had to go, `onElsewhere` of what another page changed.
  constructor({ onFull, onElsewhere }) {
    super();
    this.onFull = onFull;
    this.all = load();
    this.reopen();
    window.addEventListener("storage", ({ key, newValue }) => {
      if (!key?.startsWith(PREFIX)) return;
      const id = key.slice(PREFIX.length);
      const opened = this.current?.id === id;
      this.take(id, parsed(newValue));
      onElsewhere({ opened });
    });
  }

  // Its turns are all here.
  async complete() {}

  // The current conversation; a new one where none is open.
  started() {
    if (this.current === null) this.open(whole({}));
    return this.current;
  }

  // Gives back what undoes it.
  remove(conversation) {
    const before = [...this.all];
    const open = this.current;
    this.forget(conversation);
    if (open === conversation) this.open(this.all[0] ?? null);
    return () => {
      this.all = [...this.all.filter((one) => !before.includes(one)), ...before];
      this.save(conversation);
      this.open(open);
    };
  }

  // Keeps a conversation, unless it was deleted meanwhile. Turns that another page added stay.
  save(conversation) {
    if (!this.all.includes(conversation)) return;
    const key = PREFIX + conversation.id;
    const kept = parsed(read("localStorage", key));
    conversation.turns = united(kept?.turns ?? [], conversation.turns);
    while (!write("localStorage", key, JSON.stringify(conversation))) {
      const oldest = this.all.findLast((one) => one !== conversation);
      if (!oldest) return;
      this.forget(oldest);
      this.onFull(oldest);
    }
  }

  forget(conversation) {
    this.all = this.all.filter((one) => one !== conversation);
    drop("localStorage", PREFIX + conversation.id);
  }

  // What another page wrote; nothing where it deleted the conversation.
  take(id, written) {
    const known = this.find(id);
    if (!written) {
      this.all = this.all.filter((one) => one !== known);
      if (known && this.current === known) this.open(this.all[0] ?? null);
    } else if (known) {
      const answered = (their, mine) => their.answer && !mine.answer;
      Object.assign(known, written, { turns: united(written.turns, known.turns, answered) });
    } else {
      this.all.push(written);
    }
    this.all.sort((a, b) => b.touched - a.touched);
  }
}

// The turns of two pages; of one that both have ours, unless theirs is better.
function united(theirs, ours, better = () => false) {
  const own = new Map(ours.map((turn) => [turn.id, turn]));
  const shared = theirs.map((turn) => {
    const mine = own.get(turn.id);
    own.delete(turn.id);
    return mine && !better(turn, mine) ? mine : turn;
  });
  return [...shared, ...own.values()];
}

function load() {
  TOGETHER.forEach(moveApart);
  return keys("localStorage")
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => parsed(read("localStorage", key)))
    .filter(Boolean)
    .sort((a, b) => b.touched - a.touched);
}

function moveApart(key) {
  const all = json(read("localStorage", key)) ?? [];
  all.forEach((one, at) => {
    const moved = whole({ ...one, touched: all.length - at });
    write("localStorage", PREFIX + moved.id, JSON.stringify(moved));
  });
  drop("localStorage", key);
}

function parsed(text) {
  const written = json(text);
  return Array.isArray(written?.turns) ? whole(written) : null;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function whole(written) {
  const turns = (written.turns ?? [])
    .filter((turn) => typeof turn?.question === "string")
    .map((turn) => ({
      id: turn.id ?? newId(),
      question: turn.question,
      edited: turn.edited,
      history: turn.history ?? [],
      filters: turn.filters ?? {},
      exact: turn.exact === true,
      answer: turn.answer ?? null,
      verdict: turn.verdict ?? null,
    }));
  return {
    id: written.id ?? newId(),
    title: String(written.title ?? ""),
    filters: written.filters ?? {},
    turns,
    touched: Number(written.touched) || 0,
  };
}
