import { createSessions, type SessionStore } from "coatcheck";
import { definePolicies } from "coatcheck/policies";
import { createGuard, createLogin } from "coatcheck/solid-start";
import { memoryStore } from "coatcheck/stores/memory";
import { now, passwords, state, users, type User } from "./users.ts";

export const sessions = createSessions<{ userId: number }>({ store: failing(memoryStore({ now })), now });

const isHeadmaster = (user: User) => user.role === "headmaster";

export const policies = definePolicies<User>()({
  "staff:view": isHeadmaster,
  "house:list": (user: User, house: string) => isHeadmaster(user) || house === "gryffindor",
});

export const guard = createGuard({
  sessions,
  policies,
  loadUser(id) {
    state.loads++;
    return users.find((user) => user.id === id);
  },
  validSince: (user) => user.changedAt,
});

export const auth = createLogin({
  sessions,
  passwords,
  findUser: (username) => users.find((user) => user.username === username),
  findById: (id) => users.find((user) => user.id === id),
  throttle: false,
});

/** A store that does not answer while it is said to be down. */
function failing(store: SessionStore): SessionStore {
  return {
    ...store,
    find: (id) =>
      state.down ? Promise.reject(new Error("connect ECONNREFUSED db.internal")) : store.find(id),
  };
}
