import { notSuchHash, type PasswordImporter } from "./importer.ts";

/** What {@link bcryptHashes} needs. */
export interface BcryptOptions {
  /**
   * The `compare` of a bcrypt library, such as bcryptjs, bcrypt or @node-rs/bcrypt; it gets hashes that begin
   * with `$2a$` or `$2b$`. bcryptjs computes in the event loop, a slice at a time; the other two beside it.
   */
  readonly compare: (password: string, hash: string) => Promise<boolean>;
}

const FORMAT = /^\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/;

/**
 * Reads bcrypt hashes (`$2a$`, `$2b$` and PHP's `$2y$`). bcrypt looks at the first 72 octets of a password
 * alone, and some libraries end it at a NUL: so does this, until the password is hashed anew. A hash of a
 * cost beyond 16, which takes seconds, is not read.
 */
export function bcryptHashes({ compare }: BcryptOptions): PasswordImporter {
  return {
    matches: (stored) => FORMAT.test(stored),
    async verify(stored, password) {
      if (!FORMAT.test(stored)) throw notSuchHash();
      // The same algorithm under PHP's name, which not every library knows.
      return compare(password, stored.replace("$2y$", "$2b$"));
    },
  };
}
