// The first that fits counts: nearly every browser also calls itself Chrome and Safari.
const browsers: [name: string, mark: RegExp][] = [
  ["Edge", /\bEdg(?:A|iOS)?\//],
  ["Opera", /\bOPR\/|\bOPT\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\bFirefox\/|\bFxiOS\//],
  ["Chrome", /\b(?:Headless)?Chrome\/|\bCriOS\/|\bChromium\//],
  ["Safari", /\bVersion\/.*\bSafari\//],
];

const systems: [name: string, mark: RegExp][] = [
  ["Windows", /\bWindows\b/],
  ["an Android device", /\bAndroid\b/],
  ["an iPhone", /\biPhone\b/],
  ["an iPad", /\biPad\b/],
  ["a Mac", /\bMacintosh\b/],
  ["a Chromebook", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

/** What a `User-Agent` header says in plain words. A hint for people: every program can write what it likes there. */
export function deviceName(userAgent: string | undefined): string {
  const browser = find(browsers, userAgent) ?? "An unknown browser";
  const system = find(systems, userAgent);
  return system ? `${browser} on ${system}` : browser;
}

function find(list: [name: string, mark: RegExp][], userAgent = ""): string | undefined {
  return list.find(([, mark]) => mark.test(userAgent))?.[0];
}
