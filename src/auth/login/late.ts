import { loadOnce } from "../../core/maybe-promise.ts";
import { checkLoginOptions } from "./check-options.ts";
import type { LoginCore } from "./login.ts";
import type { LoginOptions } from "./options.ts";

/**
 * What adapters build their logins on. Its code, and that of passwords and throttles, is loaded when it is
 * first used: of all modules that import an adapter, few log anybody in.
 *
 * @throws SessionError `ERR_SESSION_CONFIG` at once, for wrong options.
 */
export function lateLogin<Account, T extends object>(options: LoginOptions<Account, T>): LoginCore {
  checkLoginOptions(options);
  const core = loadOnce(async () => {
    const { loginCore } = await import("./login.ts");
    return loginCore(options);
  });
  return {
    login: async (exchange, given) => (await core()).login(exchange, given),
    pendingLogin: async (exchange) => (await core()).pendingLogin(exchange),
    finishLogin: async (exchange, method) => (await core()).finishLogin(exchange, method),
    logout: async (exchange) => (await core()).logout(exchange),
    confirm: async (exchange, password) => (await core()).confirm(exchange, password),
    changePassword: async (exchange, change) => (await core()).changePassword(exchange, change),
    resetPassword: async (userId, password) => (await core()).resetPassword(userId, password),
  };
}
