import type { Data } from "../../core/json.ts";
import type { SessionRecord } from "../../core/record.ts";
import { parseDevice } from "../../stored/device.ts";
import type { RejectionReason } from "../../events.ts";

/** What is said of a token: what it is, what is in it, and whether it would be accepted. */
export interface Inspection {
  readonly kind: "sealed" | "stored" | "unknown";
  /** The parts of a sealed token that anybody can read. */
  readonly parts?: { readonly version: string; readonly kid: string; readonly day: number } | undefined;
  /** The variable with the password under which it was sealed. */
  readonly sealedWith?: string | undefined;
  /** The public id of a stored session. */
  readonly publicId?: string | undefined;
  readonly record?: SessionRecord | undefined;
  readonly verdict: Verdict;
  /** What else helps to understand the verdict, in sentences. */
  readonly notes: readonly string[];
}

/** Whether an application would accept it now; `undefined` when that cannot be told from here. */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: RejectionReason }
  | { readonly accepted: undefined; readonly why: string };

/** What a record holds, as the application sees it. */
export function contentOf(record: SessionRecord): { data: Data; flash: Data; device: Data } {
  const { userAgent, address } = parseDevice(record.device);
  return {
    data: parseObject(record.data),
    flash: parseObject(record.flash),
    device: {
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(address === undefined ? {} : { address }),
    },
  };
}

function parseObject(json: string | undefined): Data {
  return json === undefined ? {} : (JSON.parse(json) as Data);
}
