export { bcryptHashes, type BcryptOptions } from "./bcrypt.ts";
export type { PasswordImporter } from "./importer.ts";
export { pbkdf2Hashes } from "./pbkdf2.ts";
export { scryptHashes } from "./scrypt.ts";
