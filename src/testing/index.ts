export { fakeClock, type FakeClock } from "./clock.ts";
export {
  cookieAfter,
  cookieFor,
  testExchange,
  type TestExchange,
  type TestExchangeOptions,
} from "./exchange.ts";
export { storeContract, testRecord, type ContractCase, type MakeStore } from "./store-contract.ts";
