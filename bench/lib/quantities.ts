import { grouped, micro, times } from "./numbers.ts";

/** How a quantity is spoken of. */
export interface Kind {
  /** In a sentence: "the processor time of …". */
  readonly words: string;
  /** Behind a number; empty for a count. */
  readonly unit: string;
  /** At the head of a column. */
  readonly head: string;
  readonly write: (value: number) => string;
}

/** Everything that is measured, by the name that it has in the results. */
export const QUANTITIES = {
  cpu: { words: "processor time", unit: "µs", head: "CPU µs", write: micro },
  wall: { words: "wall time", unit: "µs", head: "wall µs", write: micro },
  /** Of the database or the HTTP server that was asked. */
  server: { words: "server's processor time", unit: "µs", head: "server µs", write: micro },
  rate: { words: "requests a second", unit: "requests a second", head: "a second", write: grouped },
  median: { words: "median time of an answer", unit: "ms", head: "p50 ms", write: micro },
  p99: { words: "99th percentile", unit: "ms", head: "p99 ms", write: micro },
  floodMedian: { words: "median in the flood", unit: "ms", head: "p50 ms, flood", write: micro },
  floodP99: { words: "99th percentile in the flood", unit: "ms", head: "p99 ms, flood", write: micro },
  slowdown: {
    words: "99th percentile in the flood",
    unit: "times that without",
    head: "p99, flood ÷ alone",
    write: times,
  },
  refused: { words: "forged cookies refused", unit: "a second", head: "forged a second", write: grouped },
  load: { words: "time to import", unit: "ms", head: "import ms", write: micro },
  loadCpu: { words: "processor time to import", unit: "ms", head: "import CPU ms", write: micro },
  gzipped: { words: "size", unit: "bytes gzipped", head: "gzipped bytes", write: whole },
  packed: { words: "size of the package", unit: "bytes", head: "packed bytes", write: whole },
  unpacked: { words: "size of the unpacked package", unit: "bytes", head: "unpacked bytes", write: whole },
  files: { words: "files", unit: "", head: "files", write: whole },
  memory: { words: "memory of a session", unit: "bytes", head: "bytes a session", write: whole },
  beside: { words: "memory beside the data", unit: "bytes", head: "bytes beside the data", write: whole },
  growth: {
    words: "growth of the heap",
    unit: "bytes a request",
    head: "heap, bytes a request",
    write: signed,
  },
  heap: { words: "highest heap", unit: "MB", head: "heap MB", write: micro },
  statements: { words: "statements", unit: "", head: "statements", write: whole },
  took: { words: "time", unit: "ms", head: "ms", write: micro },
  longest: { words: "longest wait of a read", unit: "ms", head: "longest read, ms", write: micro },
} as const satisfies Record<string, Kind>;

/** The name of one of them. */
export type Quantity = keyof typeof QUANTITIES;

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function signed(value: number): string {
  return value.toFixed(3);
}
