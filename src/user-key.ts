import { DEFAULT_NAME, type UserId } from "./options.ts";

/**
 * What a store keeps a user's sessions by. Sessions of another name in the same store may have users of their own,
 * where the same id is somebody else. Under the default name an id stands as it is, for whoever reads the table. As no
 * name has a blank, no two users share a key.
 */
export function userKey(name: string, userId: UserId): string {
  const id = String(userId);
  return name === DEFAULT_NAME && !id.includes(" ") ? id : `${name} ${id}`;
}
