<?php
/*
 * A page about the sessions of this web host: its counters since PHP was started, and what happens now. Protect it as you protect
 * phpinfo(): it shows how busy the site is. It shows no session and no id.
 */

if (isset($_GET['json'])) {
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    exit(json_encode(['at' => microtime(true), 'stats' => RustSql\stats()]));
}
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sessions</title>
<style>
:root { color-scheme: light dark; --line: #2a6fdb; --quiet: #8888; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; }
#plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid var(--quiet); border-radius: .5rem; padding: .6rem .8rem; }
figcaption { display: flex; justify-content: space-between; }
figcaption b { font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: 4rem; overflow: visible; }
polyline { fill: none; stroke: var(--line); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
table { border-collapse: collapse; margin-top: 1.5rem; width: 100%; }
td, th { border-top: 1px solid var(--quiet); padding: .25rem .5rem; text-align: left; }
td:last-child, th:last-child { text-align: right; font-variant-numeric: tabular-nums; }
#problem { color: #c33; }
</style>
<h1>Sessions on <?= htmlspecialchars(gethostname()) ?></h1>
<p id="problem" role="alert" hidden></p>
<div id="plots"></div>
<table><thead><tr><th>since PHP was started<th>number</thead><tbody id="totals"></tbody></table>
<script>
'use strict';
const SECONDS = 120;
// A plot is a rate per second, or a quantile of what happened since the point before.
const plots = [
    ['sessions opened per second', now => rate(now, ['opens'])],
    ['sessions written per second', now => rate(now, ['writes'])],
    ['locks waited for per second', now => rate(now, ['waits', 'lock_timeouts'])],
    ['refused or failed per second', now => rate(now, Object.keys(now.stats).filter(name => /^(refused|failed)_/.test(name)))],
    ['99 % of locks were had within (ms)', now => quantile(now, 'lock_wait', .99)],
    ['99 % of sessions were held for less than (ms)', now => quantile(now, 'hold', .99)],
    ['half of the answers came within (ms)', now => quantile(now, 'round_trip', .5)],
].map(([title, value]) => {
    const figure = document.createElement('figure');
    figure.innerHTML = '<figcaption><span></span><b>–</b></figcaption><svg viewBox="0 0 120 40" preserveAspectRatio="none"><polyline/></svg>';
    figure.querySelector('span').textContent = title;
    document.querySelector('#plots').append(figure);
    return {figure, value, points: []};
});
let last = null;

function rate(now, names) {
    const sum = stats => names.reduce((total, name) => total + stats[name], 0);
    return (sum(now.stats) - sum(last.stats)) / (now.at - last.at);
}

/** The upper bound in milliseconds below which so many of the new measurements are; null if there are none. */
function quantile(now, name, part) {
    const before = last.stats[name].below, after = now.stats[name].below;
    const counts = Object.keys(after).map(below => [below === 'INF' ? Infinity : +below, after[below] - (before[below] ?? 0)]).sort((a, b) => a[0] - b[0]);
    const all = counts.reduce((sum, [, count]) => sum + count, 0);
    let sum = 0;
    for (const [below, count] of counts) {
        sum += count;
        if (all && sum >= part * all) {
            return below * 1000;
        }
    }
    return null;
}

function show(number) {
    return number === null ? '–' : number.toLocaleString('en', {maximumSignificantDigits: number < 100 ? 2 : 4});
}

function draw(plot, value) {
    plot.points.push(value);
    plot.points = plot.points.slice(-SECONDS);
    plot.figure.querySelector('b').textContent = show(value);
    const top = Math.max(...plot.points.map(point => Number.isFinite(point) ? point : 0), 1e-9);
    const from = SECONDS - plot.points.length;
    const line = plot.points.map((point, at) => `${from + at},${40 - 38 * Math.min(1, (point ?? 0) / top)}`);
    plot.figure.querySelector('polyline').setAttribute('points', line.join(' '));
}

async function look() {
    const problem = document.querySelector('#problem');
    try {
        const answer = await fetch('?json', {cache: 'no-store'});
        if (!answer.ok) {
            throw new Error(`the page answered ${answer.status}`);
        }
        const now = await answer.json();
        if (last) {
            plots.forEach(plot => draw(plot, plot.value(now)));
        }
        last = now;
        const numbers = Object.entries(now.stats).filter(([, value]) => typeof value === 'number');
        document.querySelector('#totals').replaceChildren(...numbers.map(([name, value]) => {
            const row = document.createElement('tr');
            row.insertCell().textContent = name.replaceAll('_', ' ');
            row.insertCell().textContent = value.toLocaleString('en');
            row.dataset.name = name;
            return row;
        }));
        problem.hidden = true;
    } catch (error) {
        problem.textContent = `No new figures: ${error.message}`;
        problem.hidden = false;
    }
    setTimeout(look, 1000);
}
look();
</script>
</html>
