// What the plain pages' scripts share: asking the server, and showing what it says went wrong.

export const find = (selector, within = document) => within.querySelector(selector);

const LOST = { message_zh: "连不上有据。", hint: "请确认它还在运行，再试一次。", code: "offline" };

// The reply's JSON. What fails is thrown as the server's {code, message_zh, hint}.
export async function ask(address, options = {}) {
  let reply;
  try {
    reply = await fetch(address, options);
  } catch {
    throw LOST;
  }
  const body = await reply.json().catch(() => LOST);
  if (!reply.ok) throw body;
  return body;
}

export const send = (address, record, method = "POST") =>
  ask(address, {
    method,
    headers: { "Content-Type": "application/json" },
    body: record === undefined ? undefined : JSON.stringify(record),
  });

// Sends a file's bytes, or a form with files, and reports the share that has left, from 0 to 1.
export function upload(address, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    if (file instanceof File) {
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress?.(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(LOST));
    request.addEventListener("load", () => {
      let body = LOST;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // what answered is not our server
      }
      if (request.status < 400) resolve(body);
      else reject(body);
    });
    request.send(file);
  });
}

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function problem(error) {
  const card = element("div", "yj-card yj-error");
  card.setAttribute("role", "alert");
  const message = element("p");
  message.append(element("strong", "", error.message_en ?? error.message_zh ?? LOST.message_zh));
  card.append(message, element("p", "", error.hint_en ?? error.hint ?? ""));
  return card;
}

// Runs `work`; an error stands in `place` until the next success.
export async function guarded(place, work) {
  try {
    const result = await work();
    place.replaceChildren();
    return result;
  } catch (error) {
    if (error instanceof Error) throw error;
    place.replaceChildren(problem(error));
    place.scrollIntoView({ block: "nearest" });
    return null;
  }
}
