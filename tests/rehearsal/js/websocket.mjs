// websocket.mjs SERVER [CA]: two clients with the library's defaults, as a page in a browser has them, exchange messages
// and requests over a websocket. One JSON object tells what they had:
//
//   {"received":100,"intact":true,"answered":100,"large":900000,"server":"ws://127.0.0.1:8080"}
import { wsconnect } from "@nats-io/transport-node";
import WebSocket from "ws";
import { readFileSync } from "node:fs";

const [server, ca] = process.argv.slice(2);
const options = ca ? { ca: readFileSync(ca) } : {};
const connect = () =>
  wsconnect({
    servers: server,
    wsFactory: async (url) => ({ socket: new WebSocket(url, options), encrypted: url.startsWith("wss") }),
  });

const sender = await connect();
const receiver = await connect();
const total = 100;
const texts = [];
receiver.subscribe("page.copy", { callback: (_, message) => texts.push(message.string()) });
receiver.subscribe("page.request", { callback: (_, message) => message.respond(message.data) });
let large = 0;
receiver.subscribe("page.large", { callback: (_, message) => { large = message.data.length; } });
await receiver.flush();

let answered = 0;
for (let number = 0; number < total; number++) {
  sender.publish("page.copy", `${number}`);
  const answer = await sender.request("page.request", `${number}`, { timeout: 10000 });
  if (answer.string() === `${number}`) answered++;
}
sender.publish("page.large", new Uint8Array(900000));
await sender.flush();
await receiver.flush();
console.log(JSON.stringify({
  received: texts.length,
  intact: texts.every((text, number) => text === `${number}`),
  answered,
  large,
  server: sender.getServer(),
}));
await Promise.all([sender.close(), receiver.close()]);
