// What both ways of keeping conversations share: which there are, newest first, and which is open.
import { read, write } from "./storage.js";

const OPEN = "youju.open";

export class ConversationList {
  all = [];
  current = null;

  // Opens what this page showed before it was loaded again; else the newest.
  reopen() {
    const open = read("sessionStorage", OPEN);
    this.current = (open === null ? this.all[0] : this.find(open)) ?? null;
  }

  find(id) {
    return this.all.find((one) => one.id === id);
  }

  // Shows this one from now on, after a reload of this page too; null begins a new one.
  open(conversation) {
    this.current = conversation;
    write("sessionStorage", OPEN, conversation?.id ?? "");
  }

  touch(conversation) {
    conversation.touched = Date.now();
    this.all = [conversation, ...this.all.filter((one) => one !== conversation)];
    this.save(conversation);
  }

  rename(conversation, title) {
    if (title.trim()) conversation.title = title.trim().slice(0, 100);
    this.save(conversation);
  }
}
