// What leaves the page: files, and text on the clipboard.
import { called, toast } from "./dom.js";

export async function save(call) {
  const file = await called(call);
  if (file.content === undefined) {
    toast(file.error?.message_en ?? file.error?.message_zh ?? "没有导出，请再试一次。");
    return;
  }
  const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.type }));
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function copy(text) {
  return copyText(text, "已复制，带出处。");
}

export async function copyText(text, told) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyTheOldWay(text); // pages that are not on this machine and not on https have no clipboard
  }
  toast(told);
}

function copyTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "yj-unseen";
  const place = document.querySelector("#youju dialog[open]") ?? document.querySelector("#youju .yj-app");
  place.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
