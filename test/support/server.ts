/** A real server that a test has started on this machine, and that it may treat as badly as it likes. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** @throws when it does not run. */
  pid(): number;
  /** SIGKILL to all its processes; resolves when they are gone. */
  kill(): Promise<void>;
  /** Starts it again, with the same data on the same port; resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
  /** Shuts it down and removes its folder. */
  stop(): Promise<void>;
}
