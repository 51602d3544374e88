// Conversations that this browser kept before there were users, moved to the user's own.
import { send } from "/ui/asking.js";
import { whole } from "/ui/chat/conversations.js";
import { drop, keys, read } from "/ui/chat/storage.js";

const PREFIX = "youju.conversation.";

export function kept() {
  return keys("localStorage").filter((key) => key.startsWith(PREFIX));
}

// How many were moved; each goes from the browser once the server has it.
export async function adopt() {
  let moved = 0;
  for (const key of kept()) {
    const { id, title, filters, touched, turns } = whole(JSON.parse(read("localStorage", key)));
    for (const turn of turns) {
      const record = { title, filters, touched, turns: [turn], begins: true };
      await send(`/v1/conversations/${id}`, record, "PUT");
    }
    drop("localStorage", key);
    moved += turns.length ? 1 : 0;
  }
  return moved;
}
