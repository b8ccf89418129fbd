import type { Exchange } from "./exchange.ts";

/** What to record of the devices that visitors use. */
export interface DeviceOptions {
  /** The `User-Agent` header, up to 512 characters. @default false */
  readonly userAgent?: boolean | undefined;
  /** The address that the visitor connects from. @default false */
  readonly address?: boolean | undefined;
}

/** What was recorded; `undefined` where nothing was. */
export interface Device {
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
}

const MAX_USER_AGENT = 512;
const ADDRESS = /^[0-9a-f.:]{2,45}$/i;

/** Builds what reads a request's device as a record keeps it; `undefined` when nothing is to be kept. */
export function deviceReader(
  { userAgent = false, address = false }: DeviceOptions,
  trustProxy: boolean,
): (exchange: Exchange) => string | undefined {
  if (!userAgent && !address) return () => undefined;
  return (exchange) => {
    const device = {
      userAgent: userAgent ? exchange.header("user-agent")?.slice(0, MAX_USER_AGENT) : undefined,
      address: address ? addressOf(exchange, trustProxy) : undefined,
    };
    return device.userAgent === undefined && device.address === undefined
      ? undefined
      : JSON.stringify(device);
  };
}

/** Reads what {@link deviceReader} wrote. */
export function parseDevice(json: string | undefined): Device {
  const { userAgent, address } = json === undefined ? ({} as Partial<Device>) : (JSON.parse(json) as Device);
  return { userAgent, address };
}

/**
 * Behind a proxy, the last address in `X-Forwarded-For`: what the proxy itself saw. Those before it are what
 * somebody said.
 */
function addressOf(exchange: Exchange, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy ? exchange.header("x-forwarded-for") : null;
  const address = (forwarded?.split(",").at(-1)?.trim() ?? exchange.address?.())?.replace(
    /^::ffff:(?=.*\.)/i,
    "",
  );
  return address !== undefined && ADDRESS.test(address) ? address : undefined;
}
