<?php
/*
 * The checker of rustsql.lock=merge: each request adds a key of its own, and one at most ends the session.
 *
 * | | |
 * |---|---|
 * | lost | an acknowledged key is not stored, and the session has not ended; or it is not in the session with the new id |
 * | rolled back | an acknowledged request read fewer keys than had been acknowledged before it began |
 * | emptied | a request, acknowledged or not, got an empty session where one was stored before it began |
 * | from nowhere | a key that no request can have written, or one of a session that had ended |
 */

final class MergingChecker extends Checker
{
    private const POSSIBLE = ['acknowledged', 'warned', 'unknown'];

    /** @param list<string> $stored the keys */
    protected function session(string $id, array $requests, int|array $stored): void
    {
        $writes = array_filter($requests, fn ($request) => in_array($request['does'], ['', 'regenerate'], true) && in_array($request['outcome'], self::POSSIBLE, true));
        $this->written($id, $writes, $stored);
        $end = current(array_filter($requests, fn ($request) => $request['does'] !== '' && in_array($request['outcome'], self::POSSIBLE, true)));
        if (!$end) {
            $this->kept($id, $writes, $stored);
            $this->reads($id, $requests);
            return;
        }
        // The keys that were certainly there before the end, and those of requests that have read one of these.
        $before = self::acknowledged(array_filter($writes, fn ($request) => $request['end'] <= $end['start']));
        $old = array_filter($writes, fn ($request) => in_array($request['key'], $before, true) || in_array($request['first'], $before, true));
        $old = array_filter($old, fn ($request) => $request['does'] === '');
        $still = array_intersect(array_column($old, 'key'), $stored);
        if ($end['outcome'] !== 'acknowledged') {
            // If it has not ended after all, everything is there.
            $this->kept($id, $still ? $old : [], $stored);
            return;
        }
        $this->note('fromNowhere', count($still), "$id: " . count($still) . " keys are there after its end ($end[does])");
        if ($end['does'] === 'regenerate') {
            $this->kept("$id, then $end[new]", [...$old, $end], $this->stored[$end['new']]);
            $this->written("$id, then $end[new]", $writes, $this->stored[$end['new']]);
        }
        // What came after it began another session with the same id.
        $new = array_filter($requests, fn ($request) => $request['start'] > $end['end']);
        $this->kept($id, $new, $stored);
        $this->reads($id, $new);
    }

    private function written(string $id, array $writes, array $stored): void
    {
        $nowhere = count(array_diff($stored, array_column($writes, 'key')));
        $this->note('fromNowhere', $nowhere, "$id: $nowhere keys that nobody wrote");
    }

    private function kept(string $id, array $writes, array $stored): void
    {
        $written = self::acknowledged($writes);
        $lost = count(array_diff($written, $stored));
        $this->note('lost', $lost, "$id: $lost of " . count($written) . ' acknowledged keys are not stored');
    }

    /** @return list<string> the keys */
    private static function acknowledged(array $requests): array
    {
        return array_column(array_filter($requests, fn ($request) => $request['outcome'] === 'acknowledged'), 'key');
    }
}
