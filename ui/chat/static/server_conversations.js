// Conversations of a user, kept by the server, so that they are there in every browser. The same
// face as `Conversations`; turns are fetched when a conversation is opened, and only those that
// changed are sent.
import { ConversationList } from "./conversation_list.js";
import { whole } from "./conversations.js";

const ADDRESS = "/v1/conversations";

export class ServerConversations extends ConversationList {
  // `onFull` hears of a conversation that had to go, `onElsewhere` of what another browser changed,
  // `onLost` where something was not kept.
  static async load(events) {
    const made = new ServerConversations(events);
    const listed = (await sent("GET", ADDRESS)) ?? [];
    made.all = listed.map((one) => made.listedOne(one));
    made.reopen();
    document.addEventListener("visibilitychange", () => document.hidden || made.refresh());
    window.addEventListener("focus", () => made.refresh());
    return made;
  }

  constructor({ onFull, onElsewhere, onLost }) {
    super();
    Object.assign(this, { onFull, onElsewhere, onLost });
    this.known = new Map(); // by id of a turn, what the server has of it
    this.sending = Promise.resolve();
  }

  listedOne(head) {
    return { ...whole(head), kept: true, loaded: false };
  }

  started() {
    if (this.current === null) this.open({ ...whole({}), kept: false, loaded: true });
    return this.current;
  }

  // Fetches a conversation's turns; those that were asked meanwhile stay.
  async complete(conversation) {
    if (!conversation || conversation.loaded) return;
    const got = await sent("GET", `${ADDRESS}/${conversation.id}`).catch(() => null);
    if (!got) return;
    const { turns } = whole(got);
    for (const turn of turns) this.known.set(turn.id, JSON.stringify(turn));
    const own = new Set(turns.map((turn) => turn.id));
    conversation.turns = [...turns, ...conversation.turns.filter((turn) => !own.has(turn.id))];
    conversation.loaded = true;
  }

  // Gives back what undoes it.
  remove(conversation) {
    const before = [...this.all];
    const open = this.current;
    const complete = this.complete(conversation); // or there would be nothing to put back
    this.forget(conversation);
    if (open === conversation) this.open(this.all[0] ?? null);
    this.queue(async () => {
      await complete;
      await sent("DELETE", `${ADDRESS}/${conversation.id}`);
    });
    return () => {
      this.all = [...this.all.filter((one) => !before.includes(one)), ...before];
      this.open(open);
      this.queue(async () => {
        for (const turn of conversation.turns) this.known.delete(turn.id);
        conversation.kept = false;
      });
      this.save(conversation);
    };
  }

  forget(conversation) {
    this.all = this.all.filter((one) => one !== conversation);
  }

  save(conversation) {
    if (!this.all.includes(conversation)) return;
    this.queue(() => this.send(conversation));
  }

  async send(conversation) {
    const { id, title, filters, touched } = conversation;
    const changed = conversation.turns.filter((turn) => this.known.get(turn.id) !== JSON.stringify(turn));
    const batches = changed.length ? changed.map((turn) => [turn]) : [[]];
    for (const turns of batches) {
      const record = { title, filters, touched, turns, begins: !conversation.kept };
      const sentAs = turns.map((turn) => [turn.id, JSON.stringify(turn)]);
      const reply = await sent("PUT", `${ADDRESS}/${id}`, record);
      if (reply === null) return this.gone(conversation);
      conversation.kept = true;
      for (const [turn, text] of sentAs) this.known.set(turn, text);
      for (const dropped of reply.dropped) this.onFull({ title: dropped });
      if (reply.dropped.length) await this.refresh();
    }
  }

  // It was deleted in another browser.
  gone(conversation) {
    const opened = this.current === conversation;
    this.forget(conversation);
    if (opened) this.open(this.all[0] ?? null);
    this.onElsewhere({ opened });
  }

  // What other browsers changed meanwhile.
  async refresh() {
    const listed = await sent("GET", ADDRESS).catch(() => null);
    if (!listed) return;
    const heads = new Map(listed.map((one) => [one.id, one]));
    const gone = this.all.filter((one) => one.kept && !heads.has(one.id));
    let opened = gone.includes(this.current);
    let any = gone.length > 0;
    this.all = this.all.filter((one) => !gone.includes(one));
    for (const head of listed) {
      const known = this.find(head.id);
      if (!known) this.all.push(this.listedOne(head));
      else if (head.touched > known.touched) {
        Object.assign(known, { title: head.title, touched: head.touched, loaded: false });
        opened ||= known === this.current;
      } else if (known.title !== head.title) known.title = head.title;
      else continue;
      any = true;
    }
    if (gone.includes(this.current)) this.open(this.all[0] ?? null);
    this.all.sort((a, b) => b.touched - a.touched);
    if (any) this.onElsewhere({ opened });
  }

  // One after the other: a browser must not overtake itself.
  queue(work) {
    this.sending = this.sending.then(work).catch((error) => this.onLost(error));
  }
}

// The reply's JSON; null where there is no such conversation (any more).
async function sent(method, address, record) {
  const options = { method };
  if (record) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(record);
  }
  const reply = await fetch(address, options);
  if (reply.status === 404) return null;
  if (reply.status === 204) return {};
  const body = await reply.json();
  if (!reply.ok) throw body;
  return body;
}

