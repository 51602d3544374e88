// Files that people drop on the page or choose; of a folder, all files below it but hidden ones.
import { find } from "/ui/asking.js";

export function takeDrops(zone, inputs, take) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add("yj-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("yj-over");
  });
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("yj-over");
    take(await filesOf(event.dataTransfer));
  });
  for (const input of inputs) {
    input.addEventListener("change", () => {
      take([...input.files].filter(isShown).sort((a, b) => pathOf(a).localeCompare(pathOf(b), "zh")));
      input.value = "";
    });
  }
  find("body").dataset.drops = "ready";
}

// Where a file lies in the folder that was chosen; files that were chosen by themselves lie nowhere.
const pathOf = (file) => file.webkitRelativePath ?? "";
const isShown = (file) => !pathOf(file).split("/").some((name) => name.startsWith("."));

// The entries must be taken before anything is awaited: then the browser forgets them.
async function filesOf({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...files];
  return (await Promise.all(entries.filter(Boolean).map(filesBelow))).flat();
}

async function filesBelow(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const inside = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break;
    inside.push(...some.filter(({ name }) => !name.startsWith(".")));
  }
  inside.sort((a, b) => a.name.localeCompare(b.name, "zh"));
  return (await Promise.all(inside.map(filesBelow))).flat();
}
