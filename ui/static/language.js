// The button that changes the language, on every page: the choice is kept in a cookie of this
// browser for a year, and the page is asked for again in that language.
const YEAR = 365 * 24 * 60 * 60;

document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-language]")?.dataset.language;
  if (!chosen) return;
  document.cookie = `youju_language=${chosen}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
  location.reload();
});

// Names the language of a page that Gradio has given the browser's: the one that is not offered.
export function nameLanguage(button) {
  document.documentElement.lang = button.dataset.language === "zh" ? "en" : "zh-CN";
}
