// What the browser keeps for this address, where it keeps anything: a private window may not.
// `place` is "localStorage", which all pages share, or "sessionStorage", this page's own.

export function read(place, key) {
  try {
    return window[place].getItem(key);
  } catch {
    return null;
  }
}

// False where there is no room left.
export function write(place, key, text) {
  try {
    window[place].setItem(key, text);
    return true;
  } catch (error) {
    return error.name !== "QuotaExceededError";
  }
}

export function drop(place, key) {
  try {
    window[place].removeItem(key);
  } catch {
    // nothing was kept
  }
}

export function keys(place) {
  try {
    return Object.keys(window[place]);
  } catch {
    return [];
  }
}
