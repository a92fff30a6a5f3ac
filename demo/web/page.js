// The page: what it sends and shows. The buttons are in buttons.js.
//
// A request is a row: { host, sent, answer, done, tries, refused, unanswered, lost }. `answer` is what session.php said last.

export const page = JSON.parse(document.body.dataset.page);
export const up = { A: true, B: true };
export const $ = id => document.getElementById(id);
export const ms = value => value < 10 ? value.toFixed(1) : value.toFixed(0);
export const other = host => host === 'A' ? 'B' : 'A';
export const here = () => up[page.self] ? page.self : other(page.self);
const MOST_TRIES = 30;
const answers = { A: 0, B: 0 };
let lineages = [];
let turn = 0;

export function nextHost() {
    const host = 'AB'[turn++ % 2];
    return up[host] ? host : other(host);
}

// Sends one request. `onLine` is called for each line of its answer; a request that holds the session says so at once.
export async function send(row, query, onLine = () => {}) {
    row.sent ??= performance.now();
    try {
        const response = await fetch(`${page.hosts[row.host]}/session.php?do=${query}`, { method: 'POST', credentials: 'include' });
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = '';
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
            text += part.value;
            const lines = text.split('\n');
            text = lines.pop();
            for (const line of lines) {
                row.answer = JSON.parse(line);
                onLine();
            }
        }
    } catch {
        row.answer = undefined;
    }
    if (!row.answer?.done) {
        throw new Error(`Host ${row.host} gave no answer.`);
    }
    if (!row.answer.opened || row.answer.warnings.length) {
        throw Object.assign(new Error(row.answer.warnings.join(' ')), { refused: true });
    }
    row.done = true;
    answers[row.host]++;
    showHost(row.host, row.answer);
    return row.answer;
}

// Sends one until it is acknowledged, as a client does that must not lose it. The id makes it count once.
export async function deliver(row, query) {
    const id = Math.random().toString(36).slice(2);
    row.refused = row.unanswered = 0;
    for (row.tries = 1; ; row.tries++) {
        try {
            return await send(row, `${query}&id=${id}`);
        } catch (failure) {
            failure.refused ? row.refused++ : row.unanswered++;
            if (row.tries === MOST_TRIES) {
                throw failure;
            }
            row.answer = undefined;
            row.host = failure.refused || !up[other(row.host)] ? row.host : other(row.host);
            await new Promise(resolve => setTimeout(resolve, 100));
        }
    }
}

// Asks the program that has started all this: demo/control.php.
export async function control(what, more = {}) {
    const body = new URLSearchParams({ do: what, token: page.token, ...more });
    const response = await fetch(page.control, { method: 'POST', body }).catch(() => {
        throw new Error('The demo does not run any more.');
    });
    const answer = await response.json();
    if (!response.ok) {
        throw new Error(answer.error);
    }
    return answer;
}

function showHost(host, answer) {
    const card = $(`host-${host}`);
    card.querySelector('.answers').textContent = answers[host];
    card.querySelector('.last').textContent = `Last: process ${answer.pid} waited ${ms(answer.got - answer.asked)} ms for the session.`;
}

export function showState(id, isUp, word) {
    const card = $(id);
    card.classList.toggle('down', !isUp);
    card.querySelector('.state').textContent = word;
}

export function setUp(host, isUp) {
    up[host] = isUp;
    showState(`host-${host}`, isUp, isUp ? 'up' : 'killed');
    $(`host-${host}`).querySelector('button').textContent = isUp ? 'Kill it during 30 requests' : 'Start it again';
}

export function show(answer) {
    $('counter').textContent = answer.n;
    $('served').innerHTML = `served by <b class="host-${answer.host}">host ${answer.host}</b>, process ${answer.pid}`;
    $('status').replaceChildren(...Object.entries(answer.status).map(([key, value]) => {
        const line = document.createElement('tr');
        line.append(document.createElement('th'), document.createElement('td'));
        line.firstChild.textContent = key.replace('_ms', '').replace('_', ' ');
        line.lastChild.textContent = value === null ? '–' : key.endsWith('_ms') ? `${value} ms` : value;
        return line;
    }));
    const { version } = answer;
    if (!version) {
        lineages = [];
    } else if (lineages.at(-1)?.lineage === version.lineage) {
        lineages.at(-1).write = version.write;
    } else {
        lineages.push({ ...version });
    }
    $('version').innerHTML = version
        ? `Write <b>${version.write}</b> of lineage <b>${version.lineage}</b> <span class="quiet">on server instance ${version.instance}, mark ${version.mark}</span>`
        : 'Not stored yet';
    $('lineages').replaceChildren(...lineages.slice(-5).map(({ lineage, write }) => {
        const item = document.createElement('li');
        item.textContent = `${lineage}: ${write === 1 ? '1 write' : `${write} writes`}`;
        return item;
    }));
}

// Bars on one scale of time. The hosts tell when a request asked for the session, got it and gave it back; until a
// request is answered its bar grows by this page's clock. A thin line is the way to PHP: browsers open six connections
// to a host at a time, and a worker of PHP's own web server may accept a second one while it is busy.
export function draw(rows) {
    const answered = rows.filter(row => row.answer);
    const base = Math.min(...answered.map(row => row.answer.asked));
    const sent = Math.min(...rows.map(row => row.sent));
    const now = performance.now() - sent;
    const times = row => {
        const { asked, got } = row.answer ?? {};
        const end = row.lost ?? (row.done && row.answer.done);
        const from = row.sent - sent;
        return [from, row.answer ? Math.max(from, asked - base) : from, row.answer ? got - base : now, end ? end - base : now];
    };
    const scale = Math.max(...rows.map(row => times(row)[3])) || 1;
    const finished = rows.every(row => row.answer && (row.done || row.lost));
    const ordered = finished ? rows.toSorted((a, b) => a.answer.got - b.answer.got) : rows;
    $('rows').replaceChildren(...ordered.map((row, i) => {
        let [from, asked, got, done] = times(row);
        // The lock goes on in the database: the next request may run before this one hears that its write is done.
        if (finished && ordered[i + 1] && row.answer.status?.lock !== 'unlocked') {
            done = Math.min(done, ordered[i + 1].answer.got - base);
        }
        const bar = (kind, from, to) => `<i class="${kind}" style="left:${from / scale * 100}%;width:${(to - from) / scale * 100}%"></i>`;
        const again = row.tries > 1 ? `, sent ${row.tries} times` : '';
        const line = document.createElement('li');
        line.className = `host-${row.host}${row.lost ? ' lost' : ''}`;
        line.innerHTML = `<span><b>host ${row.host}</b> ${row.answer?.pid ?? ''}</span>
            <div class="bar">${bar('coming', from, asked)}${bar('waiting', asked, got)}${row.answer ? bar('holding', got, done) : ''}</div>
            <span>${row.lost ? 'killed' : row.done ? `waited ${ms(row.answer.got - row.answer.asked)} ms${again}` : row.answer ? 'has it' : 'waits'}</span>
            <span>${row.done ? row.answer.n : ''}</span>`;
        return line;
    }));
}
