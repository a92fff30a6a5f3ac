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
 * - `lock`: "advisory", "row", "merge", "unlocked", or "none" if the session was opened without its lock
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
 * What all workers of this PHP master process have counted since it started, for the hosts, account, table and namespace of the
 * current settings. A worker that was killed is counted, too. On the command line that is this process alone.
 *
 * - `opens`, `failed_opens`: sessions that were read for PHP, or could not be
 * - `writes`, `touches`, `unchanged`: sessions that were written, whose expiry alone was moved, that needed neither
 * - `destroys`: sessions that were destroyed
 * - `waits`: locks that were had after 10 ms or more; `lock_timeouts`: those that were not had in time; `lost_locks`: those that were
 *   lost while a session was open
 * - `merges`: writes that were merged with another request's (`rustsql.lock = merge`); `merge_conflicts`: those of them that left a change out
 * - `refused_newer`, `refused_destroyed`, `refused_read_only`, `refused_conflict`, `refused_other`: writes that were refused, since another
 *   request had written or destroyed the session, since it was opened without its lock, since their changes cannot be merged, or for the
 *   data itself; `failed_writes`: all other failures
 * - `connects`: logins; `failovers`: hosts that could not be used
 * - `collected`: expired sessions that were deleted
 * - `bytes_read`, `bytes_written`: PHP's data, before compression
 * - `lock_wait`: times from asking for a lock to having it; `hold`: from having it to the end of the session; `round_trip`: from a
 *   packet that waits for no lock to its answer. `below` has the counts of a histogram: each key is the upper bound in seconds
 *
 * @return array<string, int|array{count: int, seconds: float, below: array<string, int>}>
 * @throws Exception if a setting is wrong
 */
function stats(): array {}

/**
 * Deletes expired sessions, at most `$max_rows` of them, and returns how many. It needs no open session: for cron, where
 * `session.gc_probability` is 0.
 *
 * @throws Exception
 */
function gc(?int $max_rows = null): int {}

/**
 * Marks the open session from its next write on, with the id of its user say; null takes the mark away. A session that
 * `session_regenerate_id()` makes has the mark of the one before. The table has a hash of it.
 *
 * @return true
 * @throws Exception if no session is open
 */
function tag(?string $tag = null): bool {}

/**
 * The live sessions that have this mark, the last used one first.
 *
 * - `created`, `used`, `expires`: Unix times of the server; `used` is that of the last write, and moves at most once in `rustsql.touch_interval`
 * - `bytes`: length of what is stored, compressed or encrypted as it is
 * - `current`: it is the open session of this request
 *
 * @return list<array{created: int, used: int, expires: int, bytes: int, current: bool}>
 * @throws Exception
 */
function sessions(string $tag): array {}

/**
 * Ends the sessions that have this mark, and returns how many: "log out everywhere else". A request that has such a session open
 * cannot write it again. A session that is locked by its row is ended after its request, which is waited for up to `rustsql.lock_timeout`.
 *
 * @param bool $keep_current false: ends the open session, too, as `session_destroy()` does, if it has the mark
 * @throws Exception also if a session is in use for longer; the others are ended then
 */
function revoke(string $tag, bool $keep_current = true): int {}

/**
 * The sessions that requests wait for: who holds each, and who waits, the longest wait first. It takes no lock. The server may not tell this
 * account everything; `hint` then has the GRANT that would show more. `seconds`: how long the connection has waited, has been idle, or has run
 * its `statement` (its first word; null: it is idle).
 *
 * @return list<array{lock: string, holders: list<array{connection_id: int, address: string|null, seconds: int|null, statement: string|null, pid: string|null, script: string|null}>, waiters: list<array{connection_id: int, address: string|null, seconds: int|null, statement: string|null, pid: string|null, script: string|null}>, hint: string|null}>
 * @throws Exception
 */
function waits(): array {}

/** What a function throws that fails. The save handler warns instead. */
class Exception extends \RuntimeException {}

/**
 * The SQL that creates the configured table, for an account that may not create it itself (`rustsql.auto_create`).
 */
function schema(): string {}
