import { once } from "node:events";
import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";
const LENGTH = /\r\ncontent-length: *(\d+)/i;
/** Of a body in chunks, which the server has not counted. */
const LAST_CHUNK = "\r\n0\r\n\r\n";

/**
 * A connection to a server, on which one request follows the other. It knows as much of HTTP as the servers of this benchmark speak: a
 * client that does everything would need as much of the machine as they do.
 */
export class Connection {
  readonly #socket: Socket;
  #received = "";
  #resolve: ((response: string) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    const fail = (error: Error) => this.#reject?.(error);
    socket.on("error", fail).on("close", () => fail(new Error("The server closed a connection.")));
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** Sends a request. @returns the response, head and body, each octet a character. */
  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    if (!isWhole(this.#received)) return;
    const response = this.#received;
    this.#received = "";
    this.#resolve?.(response);
    this.#resolve = this.#reject = undefined;
  }
}

function isWhole(response: string): boolean {
  const headEnd = response.indexOf(HEAD_END);
  if (headEnd === -1) return false;
  const length = LENGTH.exec(response.slice(0, headEnd));
  if (length === null) return response.endsWith(LAST_CHUNK);
  return response.length >= headEnd + HEAD_END.length + Number(length[1]);
}
