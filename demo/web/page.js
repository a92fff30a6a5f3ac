// The buttons of the page. A request is a row: { host, sent, answer, done }; `answer` is what session.php said last.

const self = document.body.dataset.self;
const hosts = JSON.parse(document.body.dataset.hosts);
let turn = 0;
const nextHost = () => Object.keys(hosts)[turn++ % 2];
const $ = id => document.getElementById(id);
const ms = value => value < 10 ? value.toFixed(1) : value.toFixed(0);

// Sends one request. `onLine` is called for each line of its answer; a request that holds the session says so at once.
async function send(row, query, onLine = () => {}) {
    const lock = $('unlocked').checked ? '&lock=unlocked' : '';
    row.sent = performance.now();
    try {
        const response = await fetch(`${hosts[row.host]}/session.php?do=${query}${lock}`, { method: 'POST', credentials: 'include' });
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
        throw new Error(`Host ${row.host} gives no proper answer. Is the demo still running?`);
    }
    if (row.answer?.warnings.length) {
        throw new Error(row.answer.warnings.join(' '));
    }
    row.done = true;
    return row.answer;
}

function show(answer) {
    $('counter').textContent = answer.n;
    $('served').innerHTML = `served by <b class="host-${answer.host}">host ${answer.host}</b>, process ${answer.pid}`;
    $('status').replaceChildren(...Object.entries(answer.status).map(([key, value]) => {
        const line = document.createElement('tr');
        line.append(document.createElement('th'), document.createElement('td'));
        line.firstChild.textContent = key.replace('_ms', '').replace('_', ' ');
        line.lastChild.textContent = value === null ? '–' : key.endsWith('_ms') ? `${value} ms` : value;
        return line;
    }));
}

function summary(text, kind = '') {
    $('summary').textContent = text;
    $('summary').className = kind;
}

// Bars on one scale of time. The hosts tell when a request asked for the session, got it and gave it back; until a
// request is answered its bar grows by this page's clock. A thin line is the way to PHP: browsers open six connections
// to a host at a time, and a worker of PHP's own web server may accept a second one while it is busy.
function draw(rows) {
    const answered = rows.filter(row => row.answer);
    const base = Math.min(...answered.map(row => row.answer.asked));
    const sent = Math.min(...rows.map(row => row.sent));
    const now = performance.now() - sent;
    const times = row => {
        const { asked, got, done } = row.answer ?? {};
        const from = row.sent - sent;
        return [from, row.answer ? Math.max(from, asked - base) : from, row.answer ? got - base : now, row.done ? done - base : now];
    };
    const scale = Math.max(...rows.map(row => times(row)[3])) || 1;
    const finished = rows.every(row => row.done);
    const ordered = finished ? rows.toSorted((a, b) => a.answer.got - b.answer.got) : rows;
    $('rows').replaceChildren(...ordered.map((row, i) => {
        let [from, asked, got, done] = times(row);
        // The lock goes on in the database: the next request may run before this one hears that its write is done.
        if (finished && ordered[i + 1] && row.answer.status.lock !== 'unlocked') {
            done = Math.min(done, ordered[i + 1].answer.got - base);
        }
        const bar = (kind, from, to) => `<i class="${kind}" style="left:${from / scale * 100}%;width:${(to - from) / scale * 100}%"></i>`;
        const line = document.createElement('li');
        line.className = `host-${row.host}`;
        line.innerHTML = `<span><b>host ${row.host}</b> ${row.answer?.pid ?? ''}</span>
            <div class="bar">${bar('coming', from, asked)}${bar('waiting', asked, got)}${row.answer ? bar('holding', got, done) : ''}</div>
            <span>${row.done ? `waited ${ms(row.answer.got - row.answer.asked)} ms` : row.answer ? 'has it' : 'waits'}</span>
            <span>${row.answer?.n ?? ''}</span>`;
        return line;
    }));
}

// One button's work: the counter before, the requests with their bars, the counter after and what it should be.
async function batch(start) {
    summary('The requests are under way.');
    const { n: before } = await send({ host: self }, 'read');
    const rows = [];
    const adds = count => Promise.all(Array.from({ length: count }, () => {
        const row = { host: nextHost() };
        rows.push(row);
        return send(row, 'add');
    }));
    let frame;
    const animate = () => {
        if (rows.length) draw(rows);
        frame = requestAnimationFrame(animate);
    };
    animate();
    try {
        await start(rows, adds);
    } finally {
        cancelAnimationFrame(frame);
    }
    draw(rows);
    const after = await send({ host: self }, 'read');
    const last = rows.reduce((a, b) => b.answer.done > a.answer.done ? b : a).answer;
    show({ ...last, n: after.n });
    const lost = before + rows.length - after.n;
    const wait = Math.max(...rows.map(row => row.answer.got - row.answer.asked));
    const count = rows.length === 1 ? '1 request' : `${rows.length} requests`;
    summary(`${count}: the counter went from ${before} to ${after.n}, ${lost ? `${lost} lost` : 'none lost'}. `
        + `Longest wait ${ms(wait)} ms.`, lost ? 'bad' : 'good');
}

const actions = {
    add: () => batch((rows, adds) => adds(1)),
    many: () => batch((rows, adds) => adds(20)),
    hold: () => batch(async (rows, adds) => {
        const holder = { host: self };
        rows.push(holder);
        let others;
        // The others come when the first has the session.
        await send(holder, 'hold&seconds=3', () => others ??= adds(8));
        await others;
    }),
    logout: async () => {
        await send({ host: self }, 'logout');
        $('rows').replaceChildren();
        show(await send({ host: self }, 'read'));
        summary('The session was destroyed: this is a new one.');
    },
};

async function act(action) {
    const buttons = document.querySelectorAll('button');
    buttons.forEach(button => button.disabled = true);
    try {
        await action();
    } catch (error) {
        summary(error.message, 'bad');
    }
    buttons.forEach(button => button.disabled = false);
}

for (const [id, action] of Object.entries(actions)) {
    $(id).addEventListener('click', () => act(action));
}
// The first request also makes the session, before there are several at once.
act(async () => show(await send({ host: self }, 'read')));
