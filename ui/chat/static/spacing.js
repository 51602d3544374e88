// Space between Chinese and Latin where the browser has no `text-autospace`: a margin after the
// character at the boundary, so that the text itself, and what is copied of it, stays as it is.
const BOUNDARY = /\p{Script=Han}(?=[A-Za-z0-9])|[A-Za-z0-9%](?=\p{Script=Han})/gu;

export function keepSpaced(root) {
  if (CSS.supports("text-autospace", "normal")) return;
  const watch = new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(space);
    watch.takeRecords();
  });
  space(root);
  watch.observe(root, { childList: true, subtree: true });
}

function space(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    split(node);
  } else if (node.nodeType === Node.ELEMENT_NODE && !node.matches("textarea, .yj-gap")) {
    [...node.childNodes].forEach(space);
  }
}

function split(text) {
  const ends = [...text.data.matchAll(BOUNDARY)].map((match) => match.index);
  for (const at of ends.reverse()) {
    text.splitText(at + 1);
    const gap = document.createElement("span");
    gap.className = "yj-gap";
    const last = text.splitText(at);
    last.replaceWith(gap);
    gap.append(last);
  }
}
