<?php

/**
 * The functions of the rustsql extension, for editors and static analysers. Not loaded by PHP.
 */

namespace RustSql;

/**
 * The open session of this request. An empty array if there is none.
 *
 * - `host`: the database server, as "127.0.0.1:3306" or the path of its socket
 * - `connection_id`: its id in the server's process list
 * - `lock`: "advisory", "row", "unlocked", or "none" if the session was opened without its lock
 * - `waited_ms`: milliseconds until the session had its lock and its data, with the login
 * - `held_ms`: milliseconds since then, if the session is locked
 * - `version`: the version of the row that was read; null for a new session
 * - `bytes`: length of the stored data
 *
 * @return array{}|array{host: string|null, connection_id: int|null, lock: string, waited_ms: float, held_ms: float, version: int|null, bytes: int}
 */
function status(): array {}

/**
 * Whether a session could start on each host of the DSN. Opens new connections, and leaves nothing on the servers. A wrong setting
 * gives a warning and an empty list.
 *
 * - `reachable`: the host answers and accepts the account
 * - `writable`: it takes writes: it is not a replica, or a node without its cluster
 * - `ready`: it has all that a session needs: table, engine, rights, lock. The table may be missing if the account may create it
 * - `error`: why it is not ready, and what to do; null if it is ready
 *
 * @return list<array{host: string, reachable: bool, writable: bool, ready: bool, version: string|null, milliseconds: float, error: string|null}>
 */
function ping(): array {}

/**
 * The SQL that creates the configured table, for an account that may not create it itself (`rustsql.auto_create`).
 */
function schema(): string {}
