// Days as people write them: `2023`, `2023-9`, `2023年9月5日`. What is left open is filled in so
// that the range holds all of it: a year begins on its first day and ends on its last.
const WRITTEN = /^(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2}))?)?[年月日]?$/;

// The ISO day, or "" where it is none. `name` is `date_from` or `date_to`.
export function wholeDay(written, name) {
  const match = WRITTEN.exec(written.replace(/\s/g, ""));
  if (!match) return "";
  const ends = name === "date_to";
  const year = Number(match[1]);
  const month = Number(match[2] ?? (ends ? 12 : 1));
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = Number(match[3] ?? (ends ? last : 1));
  if (month < 1 || month > 12 || day < 1 || day > last) return "";
  return [match[1], month, day].map((part) => String(part).padStart(2, "0")).join("-");
}
