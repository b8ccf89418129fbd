const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const minute = 60_000;
const hour = 60 * minute;

/** How long ago something was. In the server's words: the browser's clock and time zone may be others. */
export function ago(moment: number, now: number): string {
  const passed = Math.max(0, now - moment);
  if (passed < minute) return "less than a minute ago";
  if (passed < hour) return words.format(-Math.floor(passed / minute), "minute");
  return words.format(-Math.floor(passed / hour), "hour");
}
