export {
  createGuard,
  type Guard,
  type GuardOptions,
  type RequireFreshOptions,
  type RequireOptions,
} from "./guard.ts";
export { createLogin, type Login } from "./login.ts";
export type { LoginOptions } from "../../auth/login/options.ts";
export { hideServerErrors } from "./hide-server-errors.ts";
export { protect, type ProtectOptions, type RefusedRequest, type StartMiddleware } from "./protect.ts";
export { renderOptions, type RenderOptions } from "./render-options.ts";
export { useSession } from "./use-session.ts";
export type { SecurityHeaderOptions, ContentSecurityPolicy } from "../../auth/headers.ts";
export type { CrossSiteReason } from "../../auth/csrf.ts";
export type { Session } from "../../session.ts";
