import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

const echo = createServer((socket) => {
  socket.on("error", () => {});
  socket.pipe(socket);
});
let proxy: TcpProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await startTcpProxy((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.stop();
  echo.close();
  await once(echo, "close");
});

function open(): Socket {
  const socket = connect(proxy.port, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** Resolves however the connection ends. */
const closed = (socket: Socket) => new Promise((resolve) => void socket.once("close", resolve));

async function echoOf(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [bytes] = (await once(socket, "data")) as [Buffer];
  return bytes.toString();
}

it("forwards what either side sends", async () => {
  const socket = open();
  expect(await echoOf(socket, "one")).toBe("one");
  expect(await echoOf(socket, "two")).toBe("two");
});

it("swallows everything without ending the connection, and ends it when the network is back", async () => {
  const socket = open();
  await echoOf(socket, "before");
  proxy.set("drop");
  const heard: Buffer[] = [];
  socket.on("data", (bytes) => heard.push(bytes));
  socket.write("lost");
  // A second connection is accepted, and hears as little.
  const second = open();
  await once(second, "connect");
  const silence = new Promise((resolve) => setTimeout(resolve, 50, "silence"));
  expect(await Promise.race([closed(socket), echoOf(second, "lost"), silence])).toBe("silence");

  const ended = [closed(socket), closed(second)];
  proxy.set("forward");
  await Promise.all(ended);
  expect(heard).toEqual([]);
  expect(await echoOf(open(), "after")).toBe("after");
});

it("refuses connections and ends those that there are", async () => {
  const socket = open();
  await echoOf(socket, "before");
  const ended = closed(socket);
  proxy.set("refuse");
  await ended;
  await closed(open());
  proxy.set("forward");
  expect(await echoOf(open(), "after")).toBe("after");
});

it("holds bytes back for as long as it is told", async () => {
  const socket = open();
  await echoOf(socket, "before");
  proxy.delay(40);
  const start = performance.now();
  await echoOf(socket, "slow");
  expect(performance.now() - start).toBeGreaterThanOrEqual(78);
});
