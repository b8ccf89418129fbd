import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { coatcheck } from "../cli.ts";

/** One entry point, as `coatcheck audit --json` tells of it. */
export interface AuditedEntry {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly name: string;
  readonly verdict: string;
  readonly reason: string;
  readonly guard?: string;
}

/** What `coatcheck audit --json` answered. */
export interface Audited {
  readonly code: number;
  readonly ok: boolean;
  readonly entries: readonly AuditedEntry[];
  readonly unreadable: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Files of an application by their paths in it. */
export type Files = Readonly<Record<string, string>>;

const packages = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/**
 * Writes an application into a folder that goes with the test.
 *
 * @param names - Its packages, of those of this repository. @default all
 */
export function applicationOf(files: Files, names?: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, "node_modules");
  if (names === undefined) symlinkSync(packages, modules);
  else mkdirSync(modules);
  for (const name of names ?? []) symlinkSync(join(packages, name), join(modules, name));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** Audits a folder; files are named from it. */
export async function auditFolder(folder: string): Promise<Audited> {
  const { code, out, err } = await coatcheck(["audit", folder, "--json"]);
  if (err !== "") throw new Error(err);
  const { entries, ...rest } = JSON.parse(out) as Omit<Audited, "code">;
  const short = (file: string) => file.replace(/^.*?\/(?=src\/)/, "");
  return {
    code,
    ...rest,
    entries: entries.map(({ guard, ...entry }) => ({
      ...entry,
      file: short(entry.file),
      ...(guard === undefined ? {} : { guard: short(guard) }),
    })),
  };
}

/** Audits an application of these files, beside the session's and the data's. */
export async function audit(files: Files): Promise<Audited> {
  return auditFolder(join(applicationOf({ ...library, ...files }), "src"));
}

/** Audits a server function of this body, which begins in line 2 of its file. */
export async function auditBody(body: string): Promise<AuditedEntry> {
  return auditModule(`export const entry = async (form: FormData) => { "use server";\n${body}\n};`);
}

/** Audits a module with one entry point, which has the names of the library. */
export async function auditModule(code: string): Promise<AuditedEntry> {
  const { entries, unreadable } = await audit({ "src/lib/entry.tsx": `${imports}${code}\n` });
  if (entries.length !== 1 || unreadable.length > 0) throw new Error(JSON.stringify({ entries, unreadable }));
  return entries[0]!;
}

/** What the modules of {@link auditModule} begin with, on their first line. */
const imports = [
  `import { publicRoute, safeNext } from "coatcheck";`,
  `import { createGuard, useSession } from "coatcheck/solid-start";`,
  `import { json, query, redirect } from "@solidjs/router";`,
  `import { getUser, getViewer, guard, login, paths, Role, requireStaff, requireUser, staffOrNull } from "./session";`,
  `import { db, rows, textField } from "./db"; `,
].join(" ");

/** The library of an application: nothing in it is an entry point. */
const library: Files = {
  "src/lib/session.ts": `
    import { createGuard, createLogin } from "coatcheck/solid-start";
    import { db } from "./db";
    export const guard = createGuard({ sessions, loadUser: (id) => db.user(id) });
    export const { getUser, requireUser } = guard;
    export const login = createLogin({ guard });
    export const paths = { login: "/login" };
    export enum Role { Staff = "staff" }
    export async function getViewer() { return guard.getUser(); }
    export async function requireStaff() {
      const user = await guard.requireUser();
      if (user.role !== Role.Staff) throw new Error("no");
      return user;
    }
    export async function staffOrNull() {
      const user = await guard.getUser();
      if (user?.role !== "staff") return null;
      return user;
    }
  `,
  "src/lib/db.ts": `
    export const db = connect();
    export const rows = ["a", "b"];
    export function textField(form: FormData | undefined, name: string) {
      const value = typeof form?.get === "function" ? form.get(name) : undefined;
      return typeof value === "string" ? value.trim() : "";
    }
  `,
};
