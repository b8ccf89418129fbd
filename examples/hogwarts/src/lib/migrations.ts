import { type Migration, Migrator } from "kysely/migration";
import type { Database } from "./database.ts";

/** Applied in the order of their names; one that was released is never edited. */
const migrations: Record<string, Migration> = {
  "0001-register": {
    async up(db) {
      await db.schema
        .createTable("houses")
        .addColumn("id", "varchar(32)", (column) => column.primaryKey())
        .addColumn("name", "varchar(64)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("users")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("username", "varchar(64)", (column) => column.notNull().unique())
        .addColumn("name", "varchar(128)", (column) => column.notNull())
        .addColumn("role", "varchar(16)", (column) => column.notNull())
        .addColumn("house", "varchar(32)", (column) => column.references("houses.id"))
        .addColumn("password_hash", "varchar(255)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("students")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("name", "varchar(128)", (column) => column.notNull())
        .addColumn("house", "varchar(32)", (column) => column.notNull().references("houses.id"))
        .addColumn("year", "integer", (column) => column.notNull())
        .execute();
      await db.schema.createIndex("students_house").on("students").column("house").execute();
    },
  },
  "0002-marks": {
    async up(db) {
      await db.schema.alterTable("students").addColumn("mark", "varchar(1)").execute();
    },
  },
  "0003-accounts": {
    async up(db) {
      // One statement for each: SQLite takes no more.
      await db.schema.alterTable("users").addColumn("email", "varchar(254)").execute();
      await db.schema.alterTable("users").addColumn("password_changed_at", "varchar(24)").execute();
      await db.schema.alterTable("users").addColumn("disabled_at", "varchar(24)").execute();
      await db.schema.createIndex("users_email").unique().on("users").column("email").execute();
    },
  },
  "0004-auth-events": {
    async up(db) {
      await db.schema
        .createTable("auth_events")
        .addColumn("id", "varchar(40)", (column) => column.primaryKey())
        .addColumn("at", "varchar(24)", (column) => column.notNull())
        .addColumn("type", "varchar(32)", (column) => column.notNull())
        .addColumn("user_id", "varchar(32)")
        .addColumn("address", "varchar(45)")
        .addColumn("detail", "varchar(255)")
        .execute();
    },
  },
};

/** Brings the tables up to date. */
export async function migrateToLatest(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error("The tables could not be brought up to date.", { cause: error });
}
