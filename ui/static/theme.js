// A classic script in <head>: the chosen theme stands before anything is painted. Any button with
// `data-theme-toggle` switches it, on every page.
(() => {
  const KEY = "youju.theme";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function kept() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function keep(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // a private window: the choice lasts as long as the page
    }
  }

  if (kept() === "dark" || kept() === "light") root.dataset.theme = kept();

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    keep(root.dataset.theme);
  });
})();
