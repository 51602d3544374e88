// The list of conversations: open, rename in place, delete with a way back.
import { button, iconButton, make, toast } from "./dom.js";

export class Sidebar {
  constructor(app, conversations, onChange) {
    this.app = app;
    this.conversations = conversations;
    this.onChange = onChange;
    this.toggle = app.querySelector(".yj-list-toggle");
    this.list = app.querySelector(".yj-list ul");
    this.toggle.addEventListener("click", () => this.open(!this.isOpen));
    app.querySelector(".yj-new").addEventListener("click", () => this.select(null));
  }

  get isOpen() {
    return this.app.classList.contains("yj-list-open");
  }

  open(open) {
    this.app.classList.toggle("yj-list-open", open);
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  select(conversation) {
    this.conversations.open(conversation);
    this.open(false);
    this.onChange();
  }

  show() {
    this.list.replaceChildren(...this.conversations.all.map((one) => this.item(one)));
    this.app.querySelector(".yj-list-empty").hidden = this.conversations.all.length > 0;
  }

  item(conversation) {
    const item = document.createElement("li");
    const title = button("yj-conversation", conversation.title, () => this.select(conversation));
    title.title = conversation.title;
    if (conversation === this.conversations.current) title.setAttribute("aria-current", "true");
    item.append(
      title,
      iconButton("edit", `改名：${conversation.title}`, () => this.rename(conversation, item)),
      iconButton("trash", `删除：${conversation.title}`, () => this.remove(conversation)),
    );
    return item;
  }

  rename(conversation, item) {
    const field = make("input", "yj-field yj-rename");
    field.value = conversation.title;
    field.maxLength = 100;
    field.setAttribute("aria-label", "对话的名字");
    const done = (keep) => {
      if (!field.isConnected) return;
      if (keep) this.conversations.rename(conversation, field.value);
      this.show();
      this.onChange({ listOnly: true });
    };
    field.addEventListener("blur", () => done(true));
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      event.stopPropagation();
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") done(false);
    });
    item.replaceChildren(field);
    field.select();
  }

  remove(conversation) {
    const undo = this.conversations.remove(conversation);
    this.onChange();
    toast(`已删除“${conversation.title}”`, {
      label: "撤销",
      run: () => {
        undo();
        this.onChange();
      },
    });
  }
}
