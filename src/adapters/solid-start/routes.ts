/**
 * Whether a path may be one that SolidStart hands to server functions: `/_server` and whatever begins so,
 * below the application's base path if it has one.
 */
export function isServerFunction(pathname: string): boolean {
  return pathname.includes("/_server");
}
