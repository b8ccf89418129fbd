import { query } from "@solidjs/router";
import * as functions from "./functions.ts";

export const getMember = query(functions.member, "member");
export const getMemberOf = query(functions.memberOf, "member-of");
export const getStaff = query(functions.staff, "staff");
export const getHouse = query(functions.house, "house");
export const getFresh = query(functions.fresh, "fresh");
export const getAll = query(functions.all, "all");
export const getKeptForm = query(functions.keptForm, "kept-form");
