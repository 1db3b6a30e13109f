// clients.mjs SERVERS COUNT [USER PASSWORD]: COUNT clients with the library's defaults stay connected through an
// upgrade and exchange numbered messages. One JSON object a line tells what happens:
//
//   {"event":"connected","client":0,"server":"127.0.0.1:4222"}
//   {"event":"status","client":0,"type":"ldm","data":"..."}        every status the library reports
//   {"event":"closed","client":0,"error":"..."}                    never, in a good upgrade
//   {"event":"total","sent":120,"answered":119,"received":[118,…],"servers":["127.0.0.1:4222",…]}   the last line
//
// Client 0 sends a numbered request about fifty times a second; the last client answers; all others count a copy.
// Ends when its standard input ends.
import { connect } from "@nats-io/transport-node";

const [servers, countText, user, pass] = process.argv.slice(2);
const count = Number(countText);
const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

const clients = [];
for (let client = 0; client < count; client++) {
  const nc = await connect({ servers: servers.split(","), user, pass, reconnectTimeWait: 250, maxReconnectAttempts: -1 });
  say("connected", { client, server: nc.getServer() });
  (async () => {
    for await (const s of nc.status()) say("status", { client, type: s.type, data: String(s.data ?? s.server ?? "") });
  })();
  nc.closed().then((error) => {
    if (!ending) say("closed", { client, error: String(error ?? "") });
  });
  clients.push(nc);
}

let ending = false;
const received = clients.map(() => 0);
clients.forEach((nc, client) => {
  const answers = client === count - 1;
  nc.subscribe(answers ? "rehearsal.js.request" : "rehearsal.js.copy", {
    callback: (error, message) => {
      if (error) return;
      received[client]++;
      if (answers) message.respond(message.data);
    },
  });
});
await Promise.all(clients.map((nc) => nc.flush()));
say("ready", {});

let sent = 0;
let answered = 0;
const tick = setInterval(() => {
  const number = String(++sent);
  clients[0].publish("rehearsal.js.copy", number);
  clients[0].request("rehearsal.js.request", number, { timeout: 3000 }).then(
    (m) => { if (m.string() === number) answered++; },
    () => {},  // a request may be lost when its server goes: the difference of sent and answered says so
  );
}, 20);

process.stdin.resume();
process.stdin.on("end", async () => {
  clearInterval(tick);
  await new Promise((done) => setTimeout(done, 500));  // answers on their way
  ending = true;
  say("total", { sent, answered, received, servers: clients.map((nc) => nc.getServer()) });
  await Promise.all(clients.map((nc) => nc.close()));
  process.exit(0);
});
