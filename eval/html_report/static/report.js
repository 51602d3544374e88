// Shows the questions of a report: filters, a hundred rows at a time, one opened in place.
// Text from outside only ever becomes text: nothing here sets markup.
"use strict";

const rows = JSON.parse(document.getElementById("data").textContent);
const form = document.querySelector(".filters");
const body = document.querySelector(".list tbody");
const more = document.querySelector(".more");
const count = document.querySelector(".count");
const STEP = 100;
const FILTERED = ["verdict", "stage", "type", "style"];

let passing = [];
let listed = 0;

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function choices(name) {
  const select = form.elements[name];
  const counts = new Map();
  for (const row of rows) if (row[name]) counts.set(row[name], (counts.get(row[name]) ?? 0) + 1);
  select.append(new Option("全部", ""));
  if (name === "verdict") select.append(new Option("没答好的", "\n"));
  for (const [value, number] of [...counts].sort((a, b) => b[1] - a[1])) {
    select.append(new Option(`${value}（${number}）`, value));
  }
  select.closest("label").hidden = counts.size === 0;
}

function words(row) {
  const parts = [row.id, row.question, row.gold, row.short, row.said];
  return [...parts, ...(row.citations ?? []), ...(row.evidence ?? [])].join("\n").toLowerCase();
}

function passes(row, wanted, text) {
  for (const name of FILTERED) {
    if (wanted[name] === "\n" ? !row.fault : wanted[name] && row[name] !== wanted[name]) return false;
  }
  if (!text) return true;
  row.words ??= words(row);
  return row.words.includes(text);
}

function filter() {
  const wanted = Object.fromEntries(FILTERED.map((name) => [name, form.elements[name].value]));
  const text = form.elements.text.value.trim().toLowerCase();
  passing = rows.filter((row) => passes(row, wanted, text));
  body.replaceChildren();
  listed = 0;
  list();
}

function list() {
  const next = passing.slice(listed, listed + STEP);
  body.append(...next.map(line));
  listed += next.length;
  more.hidden = listed >= passing.length;
  count.textContent = `${passing.length} 题，列出 ${listed} 题；没答好的在前。`;
}

function line(row) {
  const tr = element("tr", "", "row");
  const opener = element("button", row.question);
  opener.type = "button";
  opener.setAttribute("aria-expanded", "false");
  const said = row.short || row.said || (row.citations ?? [])[0] || "没有回答";
  for (const [name, content] of [["", row.id], ["", opener], ["标准答案", row.gold], ["实答", said]]) {
    const td = element("td");
    if (name) td.dataset.name = name; // told on narrow screens, where there is no header
    const clip = element("div", "", "clip");
    clip.append(content ?? "");
    td.append(clip);
    tr.append(td);
  }
  const verdict = element("td");
  const tone = row.fault ? "bad" : row.verdict === "无标准答案" ? "" : "good";
  verdict.append(element("span", row.verdict, `tag ${tone}`));
  const stage = element("td", row.stage);
  if (row.stage) stage.dataset.name = "丢在哪一步";
  tr.append(verdict, stage);
  tr.addEventListener("click", () => toggle(tr, opener, row));
  return tr;
}

function toggle(tr, opener, row) {
  const open = opener.getAttribute("aria-expanded") === "true";
  opener.setAttribute("aria-expanded", String(!open));
  if (open) tr.nextElementSibling.remove();
  else tr.after(detail(row));
}

function part(name, texts) {
  const kept = texts.filter(Boolean);
  if (!kept.length) return "";
  const made = element("div");
  made.append(element("h3", name), ...kept.map((text) => element("p", text)));
  return made;
}

function sides(...parts) {
  const made = element("div", "", "sides");
  made.append(...parts);
  return made;
}

function detail(row) {
  const tr = element("tr", "", "detail");
  const td = element("td");
  td.colSpan = 6;
  const sure = row.confidence === undefined ? "" : `把握 ${(100 * row.confidence).toFixed(1)}%`;
  td.append(
    sides(
      part("前面问过", row.history ?? []),
      part("标准答案", [row.gold]),
      part("证据", row.evidence ?? []),
      part("实答", [row.short, row.said, sure]),
      part(row.said ? "最接近的段落" : "引文", row.citations ?? []),
      part("丢在哪一步", [row.stage && row.rule ? `${row.stage}：${row.rule}` : row.stage]),
    ),
    sides(part("该引的", [row.should]), part("实引的", [row.did])),
  );
  tr.append(td);
  return tr;
}

FILTERED.forEach(choices);
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", list);
filter();
