import type { SessionRecord } from "../../core/record.ts";
import { DAY_MS } from "../../core/token.ts";
import { columns } from "../help.ts";
import { iso, momentText, printable, span } from "../text.ts";
import { contentOf, type Inspection } from "./inspection.ts";
import { EXPLANATIONS } from "./reasons.ts";

const KINDS = {
  sealed: "a sealed session, which is in the cookie",
  stored: "the token of a session in a store",
  unknown: "no token of coatcheck",
} as const;

/** An inspection for people. */
export function inspectionText(inspection: Inspection, cookieName: string | undefined, now: number): string {
  const { kind, parts, sealedWith, publicId, record, verdict, notes } = inspection;
  const rows: [string, string][] = [["token", KINDS[kind]]];
  if (cookieName !== undefined) rows.push(["cookie", printable(cookieName)]);
  if (parts !== undefined) {
    rows.push(["version", parts.version], ["key id", parts.kid]);
    rows.push(["sealed on", `${dayText(parts.day)} (day ${parts.day})`]);
  }
  if (sealedWith !== undefined) rows.push(["password", `the one in ${sealedWith}`]);
  const id = publicId ?? record?.id;
  if (id !== undefined) rows.push(["public id", printable(id)]);
  const lines = columns([...rows, ...(record === undefined ? [] : recordRows(record, now))]);
  lines.push("");
  if (verdict.accepted === true) lines.push("✓ It would be accepted now.");
  else if (verdict.accepted === undefined) lines.push(`! ${verdict.why}`);
  else {
    const { why, fix } = EXPLANATIONS[verdict.reason];
    lines.push(`✗ It would be refused (${verdict.reason}). ${why}`, `  ${fix}`);
  }
  for (const note of notes) lines.push(`  ${note}`);
  return `${lines.join("\n")}\n`;
}

function recordRows(record: SessionRecord, now: number): [string, string][] {
  const { data, flash, device } = contentOf(record);
  const { authenticatedAt, idleTimeout } = record;
  return [
    ["created", momentText(record.createdAt, now)],
    ["last seen", momentText(record.lastSeenAt, now)],
    ["logged in", authenticatedAt === undefined ? "nobody" : momentText(authenticatedAt, now)],
    [
      "idle limit",
      `${momentText(record.lastSeenAt + idleTimeout * 1000, now)}, ${span(idleTimeout * 1000)} after a visit`,
    ],
    ["expires", `${momentText(record.absoluteExpiresAt, now)}, whatever happens`],
    ["data version", String(record.schemaVersion)],
    ["data", printable(JSON.stringify(data))],
    ...(record.flash === undefined ? [] : [["flash", printable(JSON.stringify(flash))] as [string, string]]),
    ...Object.entries(device).map(([name, value]): [string, string] => [
      name === "userAgent" ? "device" : name,
      printable(String(value)),
    ]),
  ];
}

/** An inspection for programs. */
export function inspectionJson(inspection: Inspection, cookieName: string | undefined): object {
  const { kind, parts, sealedWith, publicId, record, verdict, notes } = inspection;
  return {
    kind,
    cookie: cookieName,
    version: parts?.version,
    kid: parts?.kid,
    day: parts && dayText(parts.day),
    sealedWith,
    id: publicId ?? record?.id,
    session: record && recordJson(record),
    accepted: verdict.accepted ?? null,
    ...(verdict.accepted === false && { reason: verdict.reason, ...EXPLANATIONS[verdict.reason] }),
    ...(verdict.accepted === undefined && { why: verdict.why }),
    notes,
  };
}

function recordJson(record: SessionRecord): object {
  const { authenticatedAt } = record;
  return {
    createdAt: iso(record.createdAt),
    lastSeenAt: iso(record.lastSeenAt),
    authenticatedAt: authenticatedAt === undefined ? undefined : iso(authenticatedAt),
    idleTimeout: record.idleTimeout,
    expiresAt: iso(record.expiresAt),
    absoluteExpiresAt: iso(record.absoluteExpiresAt),
    dataVersion: record.schemaVersion,
    ...contentOf(record),
  };
}

function dayText(day: number): string {
  return iso(day * DAY_MS).slice(0, 10);
}
