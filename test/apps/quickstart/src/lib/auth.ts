"use server";
import { DatabaseSync } from "node:sqlite";
import { createSessions } from "coatcheck";
import { createGuard, createLogin } from "coatcheck/solid-start";
import { sqliteStore } from "coatcheck/stores/sqlite";

const database = new DatabaseSync("app.db");
const byId = database.prepare("SELECT username FROM users WHERE id = ?");
const byName = database.prepare("SELECT id, password_hash AS passwordHash FROM users WHERE username = ?");

const sessions = createSessions({ store: sqliteStore({ database }) });
const guard = createGuard({ sessions, loadUser: (id) => byId.get(id) });
const login = createLogin({ sessions, findUser: (name) => byName.get(name) });

export const getUsername = async () => String((await guard.requireUser({ next: "/" })).username);
export const logIn = async (form: FormData) => login.submit(form);
export const logOut = async () => login.logout();
