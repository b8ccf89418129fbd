export { isSessionError, SessionError, type SessionErrorCode } from "./core/errors.ts";
export type { StandardSchema, StandardSchemaIssue, StandardSchemaResult } from "./core/standard-schema.ts";
export type { Credentials } from "./auth/login/credentials.ts";
export type { LoginFormError } from "./auth/login/form-answer.ts";
export type { ThrottleOptions } from "./auth/login/limits.ts";
export type {
  ConfirmOutcome,
  LoginFailure,
  LoginOutcome,
  LoginRefusal,
  PasswordOutcome,
} from "./auth/login/outcome.ts";
export { publicRoute } from "./auth/public-route.ts";
export { safeNext } from "./auth/redirect.ts";
export {
  EVENT_CHANNEL,
  type DenialReason,
  type RejectionReason,
  type RotationCause,
  type SessionEvent,
} from "./events.ts";
export type { AuthenticateOptions, PendingLogin } from "./authentication.ts";
export type { Exchange } from "./exchange.ts";
export type { RememberOptions, SessionCookieOptions, SessionOptions, UserId } from "./options.ts";
export type { Flash, Session, SessionState, SessionUpdate } from "./session.ts";
export type { Device, DeviceOptions } from "./stored/device.ts";
export type { SessionInfo, SessionManagement } from "./manage.ts";
export { createSessions, type Sessions } from "./sessions.ts";
export type {
  DatabaseStore,
  SessionRecord,
  SessionStore,
  StoreChange,
  StoreFinding,
  StoreWatch,
} from "./stores/store.ts";
