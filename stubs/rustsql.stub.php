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
 * Whether each host of the DSN can be reached and takes writes. Logs in anew; a wrong setting is a warning and an
 * empty list.
 *
 * @return list<array{host: string, reachable: bool, writable: bool, version: string|null, milliseconds: float, error: string|null}>
 */
function ping(): array {}

/**
 * The SQL that creates the configured table, for an account that may not do it itself (`rustsql.auto_create`).
 */
function schema(): string {}
