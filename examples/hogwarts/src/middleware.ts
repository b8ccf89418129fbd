import { createMiddleware } from "@solidjs/start/middleware";
import { protect } from "coatcheck/solid-start";

/**
 * Refuses requests from other sites and puts the security headers on every answer. The development server
 * writes styles and scripts into the page, which the content security policy forbids.
 */
export default createMiddleware([protect(import.meta.env.DEV ? { contentSecurityPolicy: false } : {})]);
