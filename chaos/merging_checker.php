<?php
/*
 * The checker of rustsql.lock=merge: each request adds a key of its own, and some destroy the session.
 *
 * | | |
 * |---|---|
 * | lost | an acknowledged key is not stored, and the session was not destroyed |
 * | rolled back | an acknowledged request read fewer keys than had been acknowledged before it began |
 * | emptied | a request, acknowledged or not, got an empty session where one was stored before it began |
 * | from nowhere | a key that no request can have written, or one that came back after the session was destroyed |
 */

final class MergingChecker extends Checker
{
    /** @param list<string> $stored the keys */
    protected function session(string $id, array $requests, int|array $stored): void
    {
        $of = fn (string $does, string ...$outcomes): array => array_filter($requests, fn ($request) => $request['does'] === $does && in_array($request['outcome'], $outcomes, true));
        $destroys = $of('destroy', 'acknowledged', 'warned', 'unknown');
        $written = array_column($of('', 'acknowledged'), 'key');
        $possible = array_column($of('', 'acknowledged', 'warned', 'unknown'), 'key');
        $nowhere = count(array_diff($stored, $possible));
        $this->note('fromNowhere', $nowhere, "$id: $nowhere keys that nobody wrote");
        if (!$destroys) {
            $lost = count(array_diff($written, $stored));
            $this->note('lost', $lost, "$id: $lost of " . count($written) . ' acknowledged keys are not stored');
            $this->reads($id, $requests);
            return;
        }
        // A request that came after it found no session, and began another one. Whoever had read the old one writes nothing.
        $ended = min([INF, ...array_column($of('destroy', 'acknowledged'), 'end')]);
        $old = array_filter($requests, fn ($request) => $request['does'] === '' && $request['read'] > 0 && $request['start'] < $ended);
        // What such a request read may be of the new session, if it began while the other one was being destroyed.
        $begun = min(array_column($destroys, 'start'));
        $old = array_filter($old, fn ($request) => $request['end'] < $begun);
        $back = $ended < INF ? count(array_intersect($stored, array_column($old, 'key'))) : 0;
        $this->note('fromNowhere', $back, "$id: $back keys came back after it was destroyed");
    }
}
