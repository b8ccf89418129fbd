import { createCircuit, STORE_TIMEOUT } from "../circuit.ts";
import { circuitsInside } from "../circuit-inside.ts";
import { loadOnce } from "../core/maybe-promise.ts";
import { runtimeCrypto } from "../crypto/runtime.ts";
import type { EventBody } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import type { Keeper } from "../keeper.ts";
import type { SessionManagement } from "../manage.ts";
import type { CheckedOptions } from "../options.ts";
import type { SessionStore } from "../stores/store.ts";
import { deviceReader } from "./device.ts";
import { createStoredKeeper } from "./keeper.ts";
import { createStoreManagement } from "./management.ts";

/** What sessions in a store have and sealed ones lack. */
export interface Stored {
  /** The store behind its circuit breaker. */
  readonly store: SessionStore;
  readonly keeper: Keeper;
  readonly management: SessionManagement;
  readonly deviceOf: (exchange: Exchange) => string | undefined;
}

/**
 * Puts together what sessions in a store need. `createSessions` loads this module, and all that only it
 * imports, where there is a store.
 *
 * @param given - The store as it was given.
 */
export function createStored(
  options: CheckedOptions,
  given: SessionStore,
  emit: (event: EventBody) => void,
): Stored {
  const { name, devices, trust, now, storeTimeout = STORE_TIMEOUT } = options;
  const inside = circuitsInside.get(given);
  const circuit = inside?.circuit ?? createCircuit(given, { timeout: storeTimeout });
  circuit.listen((failure) => emit({ type: failure === undefined ? "store-up" : "store-down" }));
  const store = inside === undefined ? circuit.store : given;
  const keeper = createStoredKeeper({
    store,
    // Not the circuit, which is made anew for every createSessions.
    identity: given,
    crypto: runtimeCrypto(),
    name,
    known: inside?.known,
    readsOn: inside?.readsOn ?? false,
  });
  const endings = loadOnce(async () => {
    // Loaded by those alone who wait for something.
    const { Endings } = await import("./endings.ts");
    return new Endings(store, now);
  });
  return {
    store,
    keeper,
    management: {
      ...createStoreManagement(name, store, keeper, emit),
      onRevoked: async (...of) => (await endings()).listen(...of),
    },
    deviceOf: deviceReader(devices, trust),
  };
}
