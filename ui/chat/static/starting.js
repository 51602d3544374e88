// Looks what the starting server has got ready, and opens the page when it is there.
const PAUSE = 400;

function mark(step, state) {
  document.querySelector(`[data-step=${step}]`).className = state;
}

async function look() {
  try {
    const page = await fetch("/", { method: "HEAD", cache: "no-store" });
    if (!page.headers.has("Youju-Starting")) {
      mark("page", "yj-done");
      location.reload();
      return;
    }
    const library = await fetch("/readyz", { cache: "no-store" });
    if (library.ok) {
      mark("library", "yj-done");
    } else {
      const error = await library.json();
      if (error.code !== "starting") {
        mark("library", "yj-failed");
        document.querySelector("[role=status]").textContent = error.message_en ?? error.message_zh;
      }
    }
  } catch {
    // the server is not answering for a moment; ask again
  }
  setTimeout(look, PAUSE);
}

look();
