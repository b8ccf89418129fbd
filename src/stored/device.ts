import { clientAddress } from "../client-address.ts";
import type { Exchange } from "../exchange.ts";
import type { ProxyTrust } from "../proxy-trust.ts";

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

/** Builds what reads a request's device as a record keeps it; `undefined` when nothing is to be kept. */
export function deviceReader(
  { userAgent = false, address = false }: DeviceOptions,
  trust: ProxyTrust,
): (exchange: Exchange) => string | undefined {
  if (!userAgent && !address) return () => undefined;
  return (exchange) => {
    const device = {
      userAgent: userAgent ? exchange.header("user-agent")?.slice(0, MAX_USER_AGENT) : undefined,
      address: address ? clientAddress(exchange, trust) : undefined,
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
