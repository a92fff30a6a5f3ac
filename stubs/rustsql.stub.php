<?php

/**
 * The functions of the rustsql extension, for editors and static analysers. Not loaded by PHP.
 */

namespace RustSql;

/**
 * The session that is open in this request; an empty array when none is.
 *
 * - `host`: the database server, as "127.0.0.1:3306" or the path of its socket
 * - `connection_id`: its id in the server's process list
 * - `lock`: "advisory", "row", "unlocked", or "none" for a session that was opened without its lock
 * - `waited_ms`: milliseconds from asking for the session to having its data, login included
 * - `held_ms`: milliseconds since then, for a locked session
 * - `version`: the version of the row that was read; null for a new session
 * - `bytes`: length of the stored data
 *
 * @return array{}|array{host: string|null, connection_id: int|null, lock: string, waited_ms: float, held_ms: float, version: int|null, bytes: int}
 */
function status(): array {}

/**
 * Whether a session could start on each host of the DSN. Logs in anew, and leaves nothing there; a wrong setting is a warning
 * and an empty list.
 *
 * - `reachable`: it lets the account in
 * - `writable`: it takes writes: no replica, no node that is cut off
 * - `ready`: it has all that a session needs: table, engine, rights, lock. A missing table counts if the account may make it
 * - `error`: why it is not ready, and what to do; else null
 *
 * @return list<array{host: string, reachable: bool, writable: bool, ready: bool, version: string|null, milliseconds: float, error: string|null}>
 */
function ping(): array {}

/**
 * The SQL that creates the configured table, for an account that may not do it itself (`rustsql.auto_create`).
 */
function schema(): string {}
