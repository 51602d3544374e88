// Pages of the web, by their address: fetched by the server, then imported like a file.
import { find, send } from "/ui/asking.js";

export function takeAddresses(form, uploads) {
  const field = find("input", form);
  const button = find("button", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const url = field.value.trim();
    if (!url) return;
    button.disabled = true;
    const stored = await uploads.follow(url, "正在取网页……", (collection) =>
      send("/v1/articles/web?wait=0", { url, collection: collection || null }),
    );
    button.disabled = false;
    if (stored) field.value = "";
    field.focus();
  });
}
